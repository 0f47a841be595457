"""Figures about groups leave through the disclosure gate alone: who may write files, and who may read what for them."""

import ast
from pathlib import Path

import pytest

from pipelines.paths import ROOT

WRITES = {
    "write_csv",
    "write_excel",
    "write_parquet",
    "write_ipc",
    "write_json",
    "write_ndjson",
    "sink_csv",
    "sink_parquet",
    "write_text",
    "write_bytes",
    "to_csv",
    "to_excel",
    "to_parquet",
}
MAY_WRITE = {
    "pipelines/cli.py": "one reader's own portrait, for the data team",
    "pipelines/cluster.py": "which processes of a Spark were started",
    "pipelines/demo_campus.py": "made-up exports, on the way in",
    "pipelines/lake.py": "which version of a private table counts",
    "pipelines/parse.py": "identities on their way into the vault",
    "pipelines/report_request.py": "a calendar for the private warehouse of a period",
    "pipelines/segment_models.py": "decided models, which stay with the site's key",
    "pipelines/vault.py": "sealed",
    "profiles/segment_model.py": "no file: bytes of which a hash is taken",
}
"""Modules that write files by a call of their own, none of them with figures about groups, and what they write."""

SEES_THE_LEDGER = {"pipelines/remembered.py"}
PYTHON = sorted(path for layer in ("profiles", "pipelines", "assets") for path in (ROOT / layer).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST) -> set[str]:
    return {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}


def texts(tree: ast.AST) -> list[str]:
    return [n.value.lower() for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def bypasses(tree: ast.AST) -> set[str]:
    """What a module does that writes rows to a file by itself."""
    copied = {"copy … to" for text in texts(tree) if text.lstrip().startswith("copy ") and " to " in text}
    return (calls(tree) & WRITES) | copied


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_module_writes_files_but_those_that_may(path: Path) -> None:
    if name_of(path) not in MAY_WRITE:
        assert bypasses(ast.parse(path.read_text(encoding="utf-8"))) == set()


def test_those_that_may_still_do() -> None:
    """A line that is no longer needed is taken out."""
    for name in MAY_WRITE:
        assert bypasses(ast.parse((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "bypass",
    ["frame.write_csv(path)", "path.write_text(html)", "connection.execute(\"copy report.college to 'x.csv'\")"],
)
def test_a_bypass_would_be_noticed(bypass: str) -> None:
    """The control."""
    assert bypasses(ast.parse(bypass))


@pytest.mark.parametrize(
    "path", [p for p in PYTHON if name_of(p) in ("assets/pages.py", "assets/published.py")], ids=name_of
)
def test_what_makes_pages_and_the_published_file_takes_rows_from_the_gate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    imported = {a.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert "released_tables" in imported
    assert "read" not in imported, "a page that reads a table by itself goes round the gate"


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_only_the_gate_knows_what_was_shown(path: Path) -> None:
    if name_of(path) not in SEES_THE_LEDGER:
        assert not [
            text
            for text in texts(ast.parse(path.read_text(encoding="utf-8")))
            if "released_cell" in text and " " in text and "``" not in text
        ]
