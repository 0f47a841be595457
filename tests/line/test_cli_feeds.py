"""What a person sees of feeds, rejects and mended presets: `mingyuan feeds`, `rejects`, `status`, `replay`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from pipelines import run
from pipelines.cli import main
from pipelines.paths import PRESETS
from pipelines.receiving import replay
from pipelines.run import Outcome
from pipelines.site import models
from tests.line.gates import (
    FIRST,
    MENDED_DIRECTION,
    SECOND,
    UNKNOWN_DIRECTION,
    forget_site_files,
    gate,
    mend,
    passages,
    take,
)
from tests.line.sites import Line, small

FILES = {FIRST: passages("09", "进门1", "小门", "出门1", "小门"), SECOND: passages("10", "进门1", "进门2")}
OLDER = "read with an older preset: 2 of gate — `mingyuan replay` reads them anew"


@pytest.fixture
def line(tmp_path: Path, read_here: None, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A gate whose preset has no word for the small door; the line behind the door does not run."""
    monkeypatch.setattr(replay, "expectations_of", lambda model: [])
    monkeypatch.setattr(run, "run", lambda site, progress: Outcome(True, (), 0))
    line = gate(tmp_path / "site", columns={"direction": UNKNOWN_DIRECTION})
    assert take(line, FILES) == []
    return line


def ask(line: Line, *words: str) -> Result:
    return CliRunner().invoke(main, ["--site", str(line.folder / "campus.yml"), *words], prog_name="mingyuan")


def block(told: str, feed: str) -> str:
    """What is said of one feed, on one line."""
    begun = told.partition(f"{feed}  ")[2]
    return " ".join(begun.partition("\n" + " " * 40)[0].split())


def test_feeds_lists_each_feed_with_what_came(line: Line) -> None:
    told = ask(line, "feeds")
    assert (told.exit_code, told.stderr) == (0, "")
    assert all(cell_len(shown) <= 80 for shown in told.stdout.splitlines())
    for model in models().values():
        assert not model.is_feed or f"{model.table.removeprefix('raw.')}  " in told.stdout
    gates = block(told.stdout, "gate_event")
    assert gates.startswith("One row for each passage through a gate. patron_key 读者假名、building 馆舍、gate 闸机")
    assert "presets gate_by_name, gate_entry_only" in gates
    assert "sources gate arrived 2 files of 2025-09-08 to 2025-10-08, last on 20" in gates
    loans = block(told.stdout, "loan")
    assert "libsys_loans" in loans
    assert "sources none here arrived nothing yet" in loans
    presets = {path.stem for path in PRESETS.glob("*.yml")}
    assert presets <= set(told.stdout.replace(",", " ").split())


def test_feeds_that_something_fills_come_first(line: Line) -> None:
    assert ask(line, "feeds").stdout.lstrip().startswith("gate_event")


def test_feeds_are_listed_on_a_fresh_site(tmp_path: Path) -> None:
    told = ask(small(tmp_path), "feeds")
    assert told.exit_code == 0
    assert "arrived nothing yet" in block(told.stdout, "gate_event")


def test_rejects_are_told_by_source_with_share_and_remedy(line: Line) -> None:
    told = ask(line, "rejects")
    rows = [[cell.strip() for cell in shown.split("│")[1:-1]] for shown in told.stdout.splitlines() if "│" in shown]
    assert "Rejected records of gate (sealed in the vault)" in told.stdout
    assert ["unmapped_value", "direction", "2", "33.33 %", "1"] in [row[:5] for row in rows]
    assert ["unmapped_value", "add the code to map in the preset"] in rows


def test_what_deserves_a_look_is_told_by_status_and_rejects(line: Line) -> None:
    words = "2 of 4 records (50.0%) are unfit"
    for command in ("status", "rejects"):
        told = " ".join(ask(line, command).stdout.replace("│", " ").split())
        assert "worth a look" in told
        assert FIRST in told
        assert words in told
    take(line, {FIRST: FILES[SECOND].replace("2025/10", "2025/09")})
    assert words not in " ".join(ask(line, "rejects").stdout.split()), "the control: nothing is unfit any more"
    assert "worth a look" not in ask(line, "status").stdout


def test_run_says_what_came_and_what_deserves_a_look(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(True, (), 0, ("gate/a.csv: no final newline",), ("1 export taken in: 2 rows", "published: there"))
    monkeypatch.setattr(run, "run", lambda site, progress: outcome)
    told = ask(line, "run")
    assert told.stdout.splitlines() == ["1 export taken in: 2 rows", "published: there"]
    assert told.stderr.splitlines() == ["gate/a.csv: no final newline"]


def test_status_and_run_say_that_a_preset_is_newer_than_its_rows(line: Line) -> None:
    assert OLDER not in ask(line, "status").stdout + ask(line, "run").stderr
    mend(line, columns={"direction": MENDED_DIRECTION})
    assert ask(line, "status").stdout.splitlines()[-1] == OLDER
    assert ask(line, "run").stderr.splitlines() == [OLDER]


def test_replay_reads_anew_and_runs_the_line(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(run, "run", lambda site, progress: ran.append("line") or Outcome(True, (), 0))
    mend(line, columns={"direction": MENDED_DIRECTION})
    told = ask(line, "replay", "gate")
    assert (told.exit_code, told.stdout, told.stderr, ran) == (0, "2 files read anew\n", "", ["line"])
    assert line.rows_of("select count(*) from ledger.reject") == [(0,)]
    assert ask(line, "replay").stdout == "0 files read anew\n"


def test_replay_ends_with_one_where_a_file_had_to_stay(line: Line) -> None:
    mend(line, columns={"passed_at": "时刻"})
    told = ask(line, "replay")
    assert told.exit_code == 1
    assert told.stdout == "0 files read anew\n"
    *kept, older = told.stderr.splitlines()
    assert [said.split(": ")[:2] for said in kept] == [["mingyuan", FIRST], ["mingyuan", SECOND]]
    assert older == OLDER


def test_replay_of_a_source_that_there_is_not_ends_with_two(line: Line) -> None:
    told = ask(line, "replay", "gates")
    assert told.exit_code == 2
    assert told.stderr == "mingyuan: no source of this site is called ‘gates’ — did you mean ‘gate’?\n"


def test_replay_on_a_fresh_site_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run", lambda site, progress: Outcome(True, (), 0))
    forget_site_files()
    told = ask(small(tmp_path), "replay")
    assert (told.exit_code, told.stdout) == (0, "0 files read anew\n")
