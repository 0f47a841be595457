"""A list of people is text that no spreadsheet runs, for its owner's eyes only, and written in one place alone."""

import ast
import csv
import datetime as dt
import io
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipelines.paths import ROOT
from pipelines.reporting.sheets import guarded
from pipelines.serving.lists import write_lists

MADE = dt.datetime(2026, 5, 4, 8)
ATTACKS = [
    *(
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1+1",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "=\x001",
    ),
    *(
        '=HYPERLINK("http://x","y")',
        "=cmd|' /C calc'!A0",
        "+cmd|x",
        "-2+3+cmd|x",
        "@SUM(1+1)*cmd|x",
        "\u3000=1",
        "\xa0=1",
    ),
    *("  +x", "\t", "\n@", "= 1", "=IMPORTXML(x)", "=\tx", "＝cmd", "\v=1", "\x1f=1"),
]
HARMLESS = ["20230101", "0042", "数学学院", "a=b", "3-4", "x@y", "'quoted'", "", "借阅 less"]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert str(guarded(text)).startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    """The negative control: a guard that marks everything would pass the test above."""
    assert guarded(text) == text


def lists(folder: Path, rows: list[list[str]], name: str = "books-law") -> list[Path]:
    return write_lists(folder, {name: rows}, ("number", "reason"), MADE)


def test_both_files_say_the_same_and_hold_no_formula(tmp_path: Path) -> None:
    plain, sheet = lists(tmp_path / "run", [[text, "x"] for text in ATTACKS + HARMLESS])
    assert (plain.name, sheet.name) == ("books-law.csv", "books-law.xlsx")
    raw = plain.read_bytes()
    assert raw.startswith("\ufeff".encode())
    heading, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert heading == ["number", "reason"]
    assert [row[0] for row in rows] == [guarded(text) for text in ATTACKS + HARMLESS]
    with ZipFile(sheet) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells
    assert "hyperlink" not in cells
    assert cells.count("<row ") == 1 + len(ATTACKS) + len(HARMLESS)


def test_only_the_owner_may_read_and_the_same_list_gives_the_same_bytes(tmp_path: Path) -> None:
    first = lists(tmp_path / "a", [["20230101", "none"]])
    again = lists(tmp_path / "b", [["20230101", "none"]])
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in again]
    assert {stat.S_IMODE(file.stat().st_mode) for file in first} == {0o600}
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_a_list_that_is_no_more_and_one_half_written_are_taken_away_and_nothing_else(tmp_path: Path) -> None:
    lists(tmp_path, [["1", "x"]], "old")
    (tmp_path / ".old.csv.123").write_text("half")
    (tmp_path / "notes.txt").write_text("mine")
    lists(tmp_path, [["1", "x"]], "new")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.csv", "new.xlsx", "notes.txt"]


def names_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {str(getattr(node, kind)) for node in nodes for kind in ("attr", "id", "name") if hasattr(node, kind)}


def asking_the_vault_for(what: str) -> set[str]:
    paths = (path for folder in ("profiles", "pipelines", "assets") for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in paths if {"Vault", what} <= names_in(path)}


def test_only_whoever_erases_somebody_asks_the_vault_for_everybody() -> None:
    told = {"pipelines/receiving/receive.py"}
    asks = {"pipelines/forgetting/erasure.py", "pipelines/forgetting/known_by.py"}
    assert asking_the_vault_for("identities") == {"pipelines/keeping/vault.py"} | told | asks
    for name in asks:
        assert not {"open", "write_text", "write_bytes", "write_lists"} & names_in(ROOT / name)


def test_whoever_asks_the_vault_for_numbers_writes_them_by_this_module_alone() -> None:
    """How spreadsheets are made at all is held to one module in test_sheets."""
    asks = asking_the_vault_for("numbers")
    assert asks == {
        "pipelines/keeping/vault.py",
        "pipelines/serving/service_lists.py",
        "pipelines/serving/second_classroom.py",
    }
    for name in asks - {"pipelines/keeping/vault.py"}:
        assert "from pipelines.serving.lists import write_lists\n" in (ROOT / name).read_text(encoding="utf-8")
        assert not {"open", "write_text", "write_bytes", "as_csv", "as_workbook"} & names_in(ROOT / name)
