"""Which folder may import which: profiles, then pipelines, then assets; and nothing home-made at the door."""

import ast
from pathlib import Path

import pytest

from pipelines.paths import ROOT

OURS = {"profiles", "pipelines", "assets"}
MAY_IMPORT = {"profiles": {"profiles"}, "pipelines": {"profiles", "pipelines"}, "assets": OURS}
FOREIGN = {"profiles": {"dagster", "duckdb", "sqlglot"}}
SLOW = {"great_expectations", "sklearn", "fastexcel"}
"""Every Dagster process would pay for these at its start."""

TEXTS = {".py", ".toml", ".yml", ".yaml", ".md", ".lock"}
FILES = sorted(path for layer in OURS for path in (ROOT / layer).rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def at_import(tree: ast.Module) -> set[str]:
    return imported(ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], []))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_layer_imports_only_what_lies_beneath_it(path: Path):
    layer = path.relative_to(ROOT).parts[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert imported(tree) & OURS <= MAY_IMPORT[layer]
    assert not imported(tree) & FOREIGN.get(layer, set())
    assert not at_import(tree) & SLOW, "import it inside the function that uses it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_is(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text)), "begin with what belongs here"


def test_the_project_names_no_machine_and_no_registry():
    places = [
        *FILES,
        *(ROOT / "tests").rglob("*.py"),
        *(path for path in ROOT.glob("*.*") if path.suffix in TEXTS),
        ROOT / "Makefile",
        ROOT / ".ci" / "run",
    ]
    home, registry = "/" + "home/", "py" + "pi.org"
    for path in places:
        text = path.read_text(encoding="utf-8")
        assert home not in text, path
        assert registry not in text, path
