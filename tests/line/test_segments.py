"""Segments on a whole campus: decided once, kept through a loss of the warehouse, asked about, and decided anew."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.portraying.looks import log_of
from pipelines.serving.segment_models import LEDGER, kept
from pipelines.warehouse import Warehouse
from tests.line.sites import Line, Whole, changed

LAST = "2025-2026-2"


@pytest.fixture
def line(whole: Whole, tmp_path: Path) -> Line:
    return whole.line.copied(tmp_path / "site")


ASKED = ("--reason", "asked at the desk")


def ask(line: Line, *words: str) -> Result:
    return CliRunner().invoke(main, ["--site", str(line.folder / "campus.yml"), *words], prog_name="mingyuan")


def somebody(line: Line, segment: str) -> str:
    query = (
        f"select patron_key from segment.reader where term = '{LAST}' and segment = '{segment}' order by all limit 1"
    )
    return str(line.rows_of(query)[0][0])


def remade(line: Line) -> None:
    """The tables of segments once more, by their own asset."""
    from assets.segments import _segments
    from pipelines.building.build import write
    from pipelines.site import models

    names = ("reader", "model", "centre", "candidate", "drift")
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        for name, frame in zip(names, _segments(warehouse, line.site), strict=True):
            assert not write(warehouse, models()[f"segment.{name}"], frame).failed


def test_rule_groups_and_clusters_are_the_whole_roster(whole: Whole) -> None:
    rows = whole.line.rows_of(
        "select count(*), count(distinct (patron_key, term)), count(segment), count(name.segment) from fact.roster "
        "left join segment.reader using (patron_key, term) left join ref.segment_name as name using (segment)"
    )
    assert len(set(rows[0])) == 1
    assert rows[0][0] > 500


def test_the_first_run_decides_and_says_so(whole: Whole) -> None:
    decided = whole.line.rows_of(f"select version, level_group, fitted_on_term, decided_by, reason from {LEDGER}")
    assert decided == [(1, "all", LAST, "first run", "first fit")]
    (file,) = (whole.line.campus.data / "segments").glob("*.json")
    assert [row["level_group"] for row in json.loads(file.read_text(encoding="utf-8"))] == ["all"]


def test_a_lost_ledger_is_taken_back_from_the_site_and_not_fitted_anew(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = line.hashes()
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute(f"delete from {LEDGER}")
        connection.execute("delete from segment.reader")
    monkeypatch.setattr("profiles.segment_model.try_clusters", None)  # whoever fits fails
    remade(line)
    assert changed(before, line.hashes()) == []
    shutil.rmtree(line.campus.data / "segments")
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute(f"delete from {LEDGER}")
    with pytest.raises(TypeError):  # the control: without the file there is nothing to take back
        remade(line)


def test_a_spoilt_file_is_refused_in_one_line(line: Line) -> None:
    (file,) = (line.campus.data / "segments").glob("*.json")
    file.write_text("[{}]", encoding="utf-8")
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute(f"delete from {LEDGER}")
    told = ask(line, "segments", "refit", "--reason", "a try")
    assert told.exit_code == 1
    assert "is no version of segments — put back the file" in told.stderr
    assert line.rows_of(f"select count(*) from {LEDGER}") == [(0,)]


def test_a_refit_is_a_decision_with_a_reason_and_keeps_names(line: Line) -> None:
    assert ask(line, "segments", "refit").exit_code == 2
    told = ask(line, "segments", "refit", "--reason", "a new building")
    assert told.exit_code == 0, told.stderr
    assert f"in force from {LAST} on" in told.stdout
    rows = line.rows_of(f"select version, reason, agreement, is_published from {LEDGER} order by version")
    assert [row[:2] for row in rows] == [(1, "first fit"), (2, "a new building")]
    assert sorted(path.name for path in (line.campus.data / "segments").iterdir()) == [
        "version-0001.json",
        "version-0002.json",
    ]
    before = line.rows_of("select * exclude (model_version) from segment.reader order by all")
    remade(line)
    assert line.rows_of("select * exclude (model_version) from segment.reader order by all") == before
    listed = ask(line, "segments")
    assert "a new building" in listed.stdout


def test_no_version_is_decided_in_a_warehouse_of_another_day(line: Line, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.duckdb"
    shutil.rmtree(line.campus.data / "segments")
    shutil.copy(line.campus.warehouse, elsewhere)
    from pipelines.serving.segment_models import decide

    with Warehouse(path=str(elsewhere)).opened() as warehouse:
        rows = kept(warehouse, line.site)
        decide(warehouse, line.site, [{**row, "version": 2} for row in rows], "somebody", "a try")
    assert not (line.campus.data / "segments").exists()


def test_why_answers_in_and_out(line: Line) -> None:
    here = somebody(line, "no_use")
    told = ask(line, "why", here, "no_use", *ASKED)
    assert (told.exit_code, told.stdout.splitlines()[0][:1]) == (0, "是")
    told = ask(line, "why", here, "不在校", *ASKED)
    assert told.stdout.splitlines()[1].startswith("No: in 2025-2026-2 the reader is in “No use”")
    assert "What does not fit: the reader was here in the term." in told.stdout
    told = ask(line, "why", here, "light", *ASKED)
    assert "did not use the library" in told.stdout


def test_why_is_told_for_a_reason_alone(line: Line) -> None:
    told = ask(line, "why", somebody(line, "no_use"), "light")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "add --reason" in told.stderr
    assert not log_of(line.campus).exists()


def test_why_ends_in_one_line_where_it_cannot_answer(line: Line) -> None:
    unknown = ask(line, "why", somebody(line, "no_use"), "lite")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "did you mean ‘light’" in unknown.stderr
    nobody = ask(line, "why", "nobody-at-all", "light")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
