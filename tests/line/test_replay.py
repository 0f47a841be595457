"""A mended preset brings back what it rejected: as if it had been right from the start, or not at all."""

import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from pipelines.building.expectations import expectations_of
from pipelines.paths import ROOT
from pipelines.receiving import ledger, loading, replay
from pipelines.warehouse import Warehouse
from tests.line.gates import (
    FIRST,
    MENDED_DIRECTION,
    SECOND,
    UNKNOWN_DIRECTION,
    gate,
    mend,
    passages,
    reasons,
    replayed,
    sealed_rejects,
    states,
    take,
    with_key_of,
)
from tests.line.sites import Line, changed

FILES = {FIRST: passages("09", "进门1", "小门", "出门1", "小门"), SECOND: passages("10", "进门1", "进门2", "小门")}
FATAL = """
import os, signal, sys
from pathlib import Path
from pipelines.receiving import ledger, replay
from tests.line.gates import replayed
from tests.line.sites import Line
calls, enter = [], ledger.enter
def die_at_the_second(*given):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    enter(*given)
ledger.enter = die_at_the_second
replay.expectations_of = lambda model: []
replayed(Line(Path(sys.argv[1])))
"""


@pytest.fixture
def line(tmp_path: Path, read_here: None, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A gate whose preset has no word for the small door; Great Expectations is left out, which is slow."""
    monkeypatch.setattr(replay, "expectations_of", lambda model: [])
    line = gate(tmp_path / "site", columns={"direction": UNKNOWN_DIRECTION})
    assert take(line, FILES) == []
    assert reasons(line) == [("unmapped_value", 3)]
    return line


def right_from_the_start(line: Line, folder: Path) -> Line:
    fresh = with_key_of(line, folder, columns={"direction": MENDED_DIRECTION})
    assert take(fresh, FILES) == []
    return fresh


def test_replayed_after_mending_all_is_as_if_right_from_the_start(line: Line, tmp_path: Path) -> None:
    fresh = right_from_the_start(line, tmp_path / "fresh")
    assert "raw.gate_event" in changed(line.hashes(), fresh.hashes())
    came = line.rows_of("select name, received_at from ledger.file order by all")
    mend(line, columns={"direction": MENDED_DIRECTION})
    assert replayed(line) == replay.Replayed(2, [])
    assert changed(line.hashes(), fresh.hashes()) == []
    assert (reasons(line), sealed_rejects(line)) == ([], [])
    assert line.rows_of("select name, received_at from ledger.file order by all") == came
    assert not list(line.campus.spool.iterdir())
    assert replayed(line) == replay.Replayed(0, [])


def test_without_a_replay_a_mended_preset_changes_nothing(line: Line) -> None:
    """The control: another run leaves what was loaded alone."""
    before = line.hashes()
    mend(line, columns={"direction": MENDED_DIRECTION})
    assert take(line, FILES) == []
    assert changed(before, line.hashes()) == []


def test_only_what_was_read_otherwise_is_read_again(line: Line) -> None:
    mend(line, columns={"direction": MENDED_DIRECTION})
    take(line, {"gate/main_2025-11.csv": passages("11", "小门")})
    assert replay.older(line.site) == ["read with an older preset: 2 of gate — `mingyuan replay` reads them anew"]
    assert replayed(line).files == 2
    assert replay.older(line.site) == []


def test_a_file_that_was_replaced_stays_so(line: Line) -> None:
    take(line, {FIRST: passages("09", "进门1", "小门")})
    mend(line, columns={"direction": MENDED_DIRECTION})
    assert replayed(line).files == 2
    assert states(line) == [(FIRST, "loaded"), (FIRST, "replaced"), (SECOND, "loaded")]
    assert line.rows_of("select count(*) from raw.gate_event") == [(5,)]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"passed_at": "时刻"}, "heading 时刻"),
        ({"direction": {"from": "闸机名称", "map": {"门": "in"}}}, "3 of 3 records (100.0%) are unfit"),
        ({"direction": {"value": "sideways"}}, "rows break “direction"),
    ],
)
def test_what_would_be_refused_now_stays_as_it_was(
    line: Line, columns: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "expectations_of", expectations_of)
    before = line.hashes()
    mend(line, columns=columns)
    done = replayed(line)
    assert (done.files, len(done.kept)) == (0, 2)
    assert words in done.kept[1]
    assert all(" — " in told and "\n" not in told and told.endswith("as they were read before") for told in done.kept)
    assert changed(before, line.hashes()) in ([], ["ledger.expectation"])
    assert sealed_rejects(line) == ["unmapped_value"] * 3
    assert replay.older(line.site) != []


def test_one_file_stays_and_the_other_is_replayed(line: Line) -> None:
    mend(line, columns={"direction": {"from": "闸机名称", "map": {"小门": "unknown"}}})
    done = replayed(line)
    assert done.files == 1
    assert done.kept[0].startswith(
        f"{SECOND}: 2 of 3 records (66.7%) are unfit, most for unmapped_value in columns.dir"
    )
    assert line.rows_of("select name, rejected from ledger.file order by all") == [(FIRST, 2), (SECOND, 1)]
    assert line.rows_of("select direction, count(*) from raw.gate_event group by all order by all") == [
        ("in", 2),
        ("unknown", 2),
    ]


def test_rejects_not_put_back_would_tell_of_rows_that_are_not_there(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: reading alone seals what was rejected this time over what was rejected before."""
    monkeypatch.setattr(replay._Replay, "_put_rejects_back", lambda *_: None)
    monkeypatch.setattr(replay, "expectations_of", expectations_of)
    mend(line, columns={"direction": {"value": "sideways"}})
    assert len(replayed(line).kept) == 2
    assert sealed_rejects(line) == []


def test_a_load_that_fails_loses_nothing(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = line.hashes()
    mend(line, columns={"direction": MENDED_DIRECTION})
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "enter", _fail)
        with pytest.raises(OSError, match="no space"):
            replayed(line)
    assert changed(before, line.hashes()) == []
    assert sealed_rejects(line) == ["unmapped_value"] * 3
    assert replayed(line).files == 2
    assert changed(line.hashes(), right_from_the_start(line, tmp_path / "fresh").hashes()) == []


def test_in_steps_of_its_own_a_failing_load_would_lose_the_file(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the transaction the old rows are gone, and the ledger still has them."""
    monkeypatch.setattr(Warehouse, "transaction", lambda self: nullcontext(self.connection))
    monkeypatch.setattr(loading, "_fill", _fail)
    mend(line, columns={"direction": MENDED_DIRECTION})
    with pytest.raises(OSError, match="no space"):
        replayed(line)
    assert line.rows_of("select count(*) from raw.gate_event") == [(2,)]
    assert line.rows_of("select sum(loaded) from ledger.file where status = 'loaded'") == [(4,)]


def test_killed_between_two_files_each_is_whole_and_the_next_replay_goes_on(line: Line, tmp_path: Path) -> None:
    mend(line, columns={"direction": MENDED_DIRECTION})
    words = [sys.executable, "-c", FATAL, str(line.folder)]
    assert subprocess.run(words, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert line.rows_of("select name, loaded, rejected from ledger.file order by all") == [
        (FIRST, 4, 0),
        (SECOND, 2, 1),
    ]
    assert line.rows_of("select source_file, count(*) from raw.gate_event group by all order by all") == line.rows_of(
        "select source_file, loaded from ledger.file order by all"
    )
    assert replayed(line).files == 1
    assert changed(line.hashes(), right_from_the_start(line, tmp_path / "fresh").hashes()) == []
    assert sealed_rejects(line) == []
    assert not list(line.campus.spool.iterdir())


def test_rows_that_are_marked_otherwise_now_do_not_stay_twice(line: Line, tmp_path: Path) -> None:
    columns = {"direction": MENDED_DIRECTION, "building": {"file_name": "(main)"}}
    marks = "select distinct source_file from raw.gate_event order by all"
    before = line.rows_of(marks)
    mend(line, columns=columns)
    assert replayed(line).files == 2
    assert set(line.rows_of(marks)).isdisjoint(before)
    fresh = with_key_of(line, tmp_path / "fresh", columns=columns)
    take(fresh, FILES)
    assert changed(line.hashes(), fresh.hashes()) == []


def test_an_original_that_is_gone_is_told(line: Line) -> None:
    before = line.hashes()
    for sealed in (line.campus.vault / "received").iterdir():
        sealed.unlink()
    mend(line, columns={"direction": MENDED_DIRECTION})
    done = replayed(line)
    assert done.files == 0
    assert "not among those sealed in the vault — restore it from a backup" in done.kept[0]
    assert changed(before, line.hashes()) == []


@pytest.mark.parametrize(
    "lines",
    [
        {"files": "gate/*.csv"},
        {"replaces": "nothing"},
        {"rejects": {"warn": 1}},
        {"duplicates": "exact"},
        {"columns": {"direction": {**UNKNOWN_DIRECTION, "pad": 0}}},
    ],
)
def test_what_shapes_no_row_is_no_reason_to_read_again(line: Line, lines: dict[str, object]) -> None:
    mend(line, **lines)
    assert replay.older(line.site) == []


@pytest.mark.parametrize("lines", [{"empty": ["-"]}, {"duplicates": "keep"}, {"where": []}])
def test_what_shapes_rows_is(line: Line, lines: dict[str, object]) -> None:
    mend(line, **lines)
    assert len(replay.older(line.site)) == 1


def test_a_warehouse_made_before_goes_on_and_is_brought_up_to_date(line: Line, tmp_path: Path) -> None:
    fresh = right_from_the_start(line, tmp_path / "fresh")
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute("alter table ledger.file drop column preset_digest")
    mend(line, columns={"direction": MENDED_DIRECTION})
    assert take(line, {FIRST: FILES[FIRST]}) == []
    assert line.rows_of("select count(*), count(preset_digest) from ledger.file") == [(2, 0)]
    assert replayed(line).files == 2
    assert changed(line.hashes(), fresh.hashes()) == []


def _fail(*given: object) -> None:
    raise OSError(28, "no space")
