"""What a librarian sees who types `mingyuan service …`."""

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.serving import service_runs
from tests.assets.small_site import warehouse_of
from tests.pipelines.service_world import BEGINS, world_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose warehouse nobody holds open."""
    folder = tmp_path_factory.mktemp("world")
    with world_in(folder) as world:
        audience = {"service": "books", "term": "spring", "college": "law", "persons": 12, "in_need": 7, "stated": 2}
        world.fill("service.audience", [audience])
    return folder


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_runs, "now", lambda campus: dt.datetime.combine(BEGINS, dt.time(9)))


def ask(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--site", str(folder / "campus.yml"), "service", *words], prog_name="mingyuan")


def rows(folder: Path, table: str) -> int:
    from pipelines.site import Site

    with warehouse_of(Site(file=str(folder / "campus.yml"))).opened() as warehouse:
        return warehouse.rows(table)


def test_the_overview_counts_who_needs_what(folder: Path) -> None:
    told = ask(folder)
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    at = lines.index(" 1  books 见")
    assert lines[at + 1] == "    ready: for 12, in need 7, stated it 2"
    assert max(map(len, lines)) < 80


def test_a_slip_is_one_line_with_its_exit_code(folder: Path, tmp_path: Path) -> None:
    for words, code, told in (
        (["freeze", "boks"], 2, "there is no service ‘boks’ — did you mean ‘books’?"),
        (["freeze", "books", "--holdout", "0.9"], 2, "--holdout: 0.9 is no share from 0 to 0.5"),
        (["freeze", "books", "--term", "winter"], 1, "books: nobody needs it in winter"),
        (["list", "x", "--out", str(tmp_path), "--for", "y"], 2, "there is no run ‘x’"),
    ):
        result = ask(folder, *words)
        assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1), result.stderr
        assert f"mingyuan: {told}" in result.stderr


def test_power_is_shown_first_and_only_yes_freezes(folder: Path, tmp_path: Path) -> None:
    shown = ask(folder, "freeze", "books")
    assert shown.exit_code == 0, shown.output
    assert "12 readers may be contacted" in shown.output
    assert "50% held out: " in shown.output
    assert "--yes freezes it" in shown.output
    assert rows(folder, "ledger.service_run") == 0

    frozen = ask(folder, "freeze", "books", "--holdout", "0.25", "--yes")
    assert "frozen: books.1.spring.20260302, 9 served, 3 held out, valid until 2026-03-30" in frozen.output
    assert ask(folder, "runs").output.splitlines()[:2] == [
        "books.1.spring.20260302",
        "    9 served, 3 held out; base rate 0.0 %, detectable 18.6 %",  # 2.8016 × √(0.01 × 0.99 × (1/9 + 1/3))
    ]
    assert ask(folder, "freeze", "books", "--yes").exit_code == 1

    written = ask(folder, "list", "books.1.spring.20260302", "--out", str(tmp_path), "--for", "reading group")
    assert "9 people listed" in written.output
    assert "9 without a number: the vault does not know them" in written.output
    assert sorted(file.name for file in tmp_path.rglob("*.*") if file.is_file()) == [
        "books-humanities.csv",
        "books-humanities.xlsx",
    ]
    again = ask(folder, "list", "books.1.spring.20260302", "--out", str(tmp_path), "--for", "reading group")
    assert "the same list as before: no contact is counted twice" in again.output
    assert rows(folder, "ledger.service_contact") == 9
