"""Figures about groups leave through the disclosure gate alone: who may write files, and who may read what for them."""

import ast
import re
from pathlib import Path

import pytest

from pipelines.models import Model
from pipelines.paths import ROOT
from pipelines.releasing.aggregates import aggregates

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
    "to_json",
    "to_pickle",
    "to_html",
    "write_avro",
    "write_clipboard",
    "write_database",
    "write_delta",
    "sink_ndjson",
    "sink_ipc",
    "savefig",
    "writestr",
}
MAY_WRITE = {
    "pipelines/cli.py": "one reader's own portrait, for the data team",
    "pipelines/cluster.py": "which processes of a Spark were started, and what they say",
    "pipelines/modelling/compiled.py": "what stands in sql/, which is nobody's",
    "pipelines/demo_campus.py": "made-up exports, on the way in",
    "pipelines/receiving/inspection.py": "a first guess at a preset",
    "pipelines/keeping/keyring.py": "the site's key",
    "pipelines/building/lake.py": "which version of a private table counts",
    "pipelines/serving/lists.py": "names for librarians, each on a list of its own",
    "pipelines/receiving/parse.py": "identities on their way into the vault, and records that were refused",
    "pipelines/reporting/reader_pages.py": "each reader's own page",
    "pipelines/forgetting/redaction.py": "an original brought back for taking somebody out of it",
    "pipelines/receiving/replay.py": "an original brought back for reading it again",
    "pipelines/reporting/report_files.py": "the pages themselves: every one is written here",
    "pipelines/reporting/report_request.py": "a calendar for the private warehouse of a period",
    "pipelines/keeping/seal.py": "sealed",
    "pipelines/serving/segment_models.py": "decided models, which stay with the site's key",
    "pipelines/receiving/spool.py": "exports on the way in",
    "pipelines/receiving/unpacking.py": "exports on the way in",
    "pipelines/upkeep.py": "which asset failed when",
    "pipelines/keeping/vault.py": "sealed",
    "profiles/segment_model.py": "no file: bytes of which a hash is taken",
}
"""Modules that write files by a call of their own, and what they write; figures about groups are in pages alone."""

TELLS_OF_GROUPS = {
    "pipelines/serving/effect_text.py": "`mingyuan service effect`: from the published file",
    "pipelines/portraying/portraits.py": "`mingyuan portrait`: from the published file; of another day, row by row, for the data team",
    "pipelines/portraying/portrait_sheets.py": "the same",
    "pipelines/portraying/segment_answers.py": "`mingyuan segments`: for the data team, on the machine that holds the warehouse",
    "pipelines/serving/service_text.py": "`mingyuan service`: for librarians who hold the lists themselves",
    "pipelines/serving/service_tables.py": "makes a table, which the gate sees",
}
"""Modules, besides assets, that name a table about groups, and what guards their way out."""

MAKES_PAGES = {
    "assets/pages.py": "released_tables",
    "pipelines/reporting/report_request.py": "as_told",
    "pipelines/reporting/data_use.py": "counts nobody",
    "pipelines/reporting/dictionary.py": "counts nobody",
    "pipelines/reporting/quality.py": "counts records, not people",
}
"""Modules that hand something to the one writer of pages, and what they take figures about groups from."""

SEES_THE_LEDGER = {"pipelines/releasing/remembered.py"}
PYTHON = sorted(path for layer in ("profiles", "pipelines", "assets") for path in (ROOT / layer).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST) -> set[str]:
    return {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}


def texts(tree: ast.AST) -> list[str]:
    return [n.value.lower() for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def opened_for_writing(tree: ast.AST) -> set[str]:
    """Calls of ``open``, by whatever way, with a mode that writes."""
    found = set()
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        words = [a.value for a in [*call.args, *(k.value for k in call.keywords)] if isinstance(a, ast.Constant)]
        modes = [word for word in words if isinstance(word, str) and re.fullmatch(r"[rwaxbt+]{1,3}", word)]
        if name in ("open", "fdopen") and any(set(mode) & set("wax+") for mode in modes):
            found.add(name)
    return found


def bypasses(tree: ast.AST) -> set[str]:
    """What a module does that writes rows to a file by itself."""
    copied = {"copy … to" for text in texts(tree) if text.lstrip().startswith("copy ") and " to " in text}
    return (calls(tree) & WRITES) | copied | opened_for_writing(tree)


def tables_named(tree: ast.AST, tables: set[str]) -> set[str]:
    """Tables that a module's own texts name, docstrings left out."""
    said = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in said]
    named = {word for text in words if isinstance(text, str) for word in re.findall(r"[a-z]+\.[a-z_]+", text)}
    return named & tables


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
    [
        "frame.write_csv(path)",
        "path.write_text(html)",
        "connection.execute(\"copy report.college to 'x.csv'\")",
        "os.fdopen(handle, 'wb').write(content)",
        "path.open('w', encoding='utf-8')",
        "open(name, mode='a')",
        "pages = frame.write_database(name, uri)",
    ],
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


def imports(path: Path) -> set[str]:
    found = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom)]
    return {alias.name for n in found for alias in n.names}


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_who_makes_pages_takes_figures_about_groups_from_the_gate(path: Path) -> None:
    makes = imports(path) & {"write_documents", "write_group", "write_page", "write_file"}
    assert bool(makes) == (name_of(path) in MAKES_PAGES)
    guard = MAKES_PAGES.get(name_of(path), "")
    assert "counts" in guard or not makes or guard in imports(path)


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_only_the_gate_knows_what_was_shown(path: Path) -> None:
    if name_of(path) not in SEES_THE_LEDGER:
        assert not [
            text
            for text in texts(ast.parse(path.read_text(encoding="utf-8")))
            if "released_cell" in text and " " in text and "``" not in text
        ]


@pytest.mark.parametrize("path", [p for p in PYTHON if p.parent.name != "assets"], ids=name_of)
def test_each_way_on_which_groups_are_told_of_is_known(path: Path, models: dict[str, Model]) -> None:
    tables = {model.table for model in aggregates(models.values())}
    named = tables_named(ast.parse(path.read_text(encoding="utf-8")), tables)
    is_known = name_of(path) in (*TELLS_OF_GROUPS, "pipelines/cli.py")  # whose help gives examples
    assert bool(named) <= is_known, f"says what guards {sorted(named)} on the way out"
    assert bool(named) or name_of(path) not in TELLS_OF_GROUPS, "a line that is no longer needed is taken out"


def test_a_new_way_would_be_noticed(models: dict[str, Model]) -> None:
    """The control."""
    tables = {model.table for model in aggregates(models.values())}
    way = '"""Tells of report.college."""\nrows = connection.sql(\'select * from report.cohort\')'
    assert tables_named(ast.parse(way), tables) == {"report.cohort"}


PAST_THE_GATE = {
    "pipelines/serving/effect_text.py": "open_current",
    "pipelines/portraying/portraits.py": "open_current",
}


@pytest.mark.parametrize("name", PAST_THE_GATE)
def test_terminals_read_what_is_published(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert PAST_THE_GATE[name] in imported
