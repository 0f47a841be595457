"""The landing folder as others fill it: half a file, the same file twice, a mended one, two that overlap, clocks that lie.

Each danger of the folder has a test, and each test a control that fails without the protection.
Where what is tested:

| danger | here, in tests/hostile | elsewhere |
| --- | --- | --- |
| half-written file | test_landing_folder | pipelines/receiving/test_spool (changes under the copy), test_landing_sensor |
| truncated | test_landing_bytes | pipelines/receiving/test_door (every byte), line/test_bad_input |
| duplicate, renamed | test_landing_folder | line/test_again |
| mended and sent again | test_landing_folder | line/test_again |
| overlapping exports | test_landing_folder | sql/test_visit, sql/test_clean |
| encodings | test_landing_bytes | pipelines/receiving/test_spool |
| columns, malicious headings | test_landing_columns | pipelines/receiving/test_headings, test_door |
| newlines, NUL, parser disagreement | test_landing_bytes | pipelines/receiving/test_door, test_parse, test_receive, test_records |
| over-long line, open quotation mark | test_landing_bytes | pipelines/receiving/test_records, test_receive, line/test_bad_input |
| bombs and archives | test_landing_workbooks, test_landing_archives | pipelines/receiving/test_receive (memory of the child) |
| XML entities, formulas | test_landing_workbooks | pipelines/receiving/test_door |
| names, links, pipes, devices, modes | test_landing_names | pipelines/receiving/test_spool |
| times of files | test_landing_folder | |
| times of events | test_landing_columns | pipelines/receiving/test_parse, sql/test_visit |
| anything at all | test_mutations | pipelines/receiving/test_door |
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.receiving import landing
from pipelines.receiving.landing import landing_sensor
from tests.conftest import Build
from tests.hostile.door import PASSAGES, PASSED, childless, gate_line, take_in
from tests.line.sites import Line, hashes
from tests.sql.test_visit import SITE


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with childless(monkeypatch):
        yield


def asks_for_a_run(line: Line) -> bool:
    sensor = landing_sensor(line.site, dg.define_asset_job("nightly"))
    with dg.build_sensor_context() as context:
        return bool(sensor.evaluate_tick(context).run_requests)


@contextmanager
def somebody_writing(path: Path) -> Iterator[None]:
    """Another program that adds a line every 50 milliseconds."""
    is_over = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for number in range(10_000):
                file.write(f"{number:04},2025-09-09 08:00:00\n".encode())
                if is_over.wait(0.05):
                    return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_half_written_file_is_not_asked_for_until_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "SETTLED_AFTER_SECONDS", 0.5)
    line = gate_line(tmp_path)
    path = line.put("gate/a.csv", PASSAGES)
    with somebody_writing(path):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            assert not asks_for_a_run(line)
    written = path.read_bytes().count(b"\n") - 1
    time.sleep(0.6)
    assert asks_for_a_run(line)
    assert take_in(line) == (1, written, [])


def test_control_a_sensor_that_does_not_wait_would_ask_for_half_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "SETTLED_AFTER_SECONDS", 0)
    line = gate_line(tmp_path)
    path = line.put("gate/a.csv", PASSAGES)
    with somebody_writing(path):
        assert asks_for_a_run(line)
        seen = path.stat().st_size
        time.sleep(0.2)
    assert path.stat().st_size > seen


def test_the_same_bytes_count_once_under_any_number_of_names(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    taken = []
    for name in ("a.csv", "a (1).csv", "copy of a.csv", "a.csv"):
        line.put(f"gate/{name}", PASSAGES)
        taken.append(take_in(line))
    assert taken == [(1, 2, []), (0, 0, []), (0, 0, []), (0, 0, [])]
    assert line.rows_of(PASSED) == [(2,)]
    assert line.waiting() == []


def test_control_one_byte_more_is_another_file(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    line.put("gate/a.csv", PASSAGES)
    line.put("gate/a (1).csv", PASSAGES + "\n")
    assert take_in(line) == (2, 4, [])
    assert line.rows_of(PASSED) == [(4,)]


SWIPES = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(["08:00:00", "09:30:00", "never", ""])), min_size=1, max_size=8
)


def as_export(swipes: list[tuple[int, str]]) -> str:
    return "card,at\n" + "".join(f"{card:04},2025-09-08 {time}\n" for card, time in swipes)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SWIPES, mended=SWIPES)
def test_a_mended_file_leaves_the_same_as_if_it_had_come_alone(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[int, str]], mended: list[tuple[int, str]]
) -> None:
    taking_all = {"rejects": {"stop": 1}, "replaces": "same_name"}
    twice, once = (gate_line(tmp_path_factory.mktemp(name), **taking_all) for name in ("twice", "once"))
    twice.put("gate/a.csv", as_export(first))
    take_in(twice)
    secrets = once.campus.key_file.parent
    secrets.mkdir(mode=0o700)
    once.campus.key_file.write_bytes(twice.campus.key_file.read_bytes())
    once.campus.key_file.chmod(0o600)
    for line in (twice, once):
        line.put("gate/a.csv", as_export(mended))
        assert take_in(line)[2] == []
    after_twice, after_once = hashes(twice.campus.warehouse), hashes(once.campus.warehouse)
    for table in ("raw.gate_event", "ledger.reject"):
        assert after_twice[table] == after_once[table]


def test_control_what_is_added_instead_of_replaced_is_seen(tmp_path: Path) -> None:
    """Under a name of its own the mended file stands beside the first, and the hashes tell."""
    line = gate_line(tmp_path)
    line.put("gate/a.csv", as_export([(1, "08:00:00")]))
    take_in(line)
    before = line.hashes()["raw.gate_event"]
    line.put("gate/b.csv", as_export([(2, "08:00:00")]))
    take_in(line)
    assert line.hashes()["raw.gate_event"] != before


@pytest.mark.parametrize("overlap", [0, 1, 5, 12])
def test_passages_in_two_overlapping_exports_are_counted_once(build: Build, overlap: int) -> None:
    passages = [(f"p{number % 5}", f"2026-03-{number + 1:02} 08:00:00") for number in range(20)]
    windows = [("a", passages[: 10 + overlap // 2]), ("b", passages[10 - (overlap + 1) // 2 :])]
    lines = [f"{person} | main | in | {at} | {export}" for export, window in windows for person, at in reversed(window)]
    drawn = "\n".join(["patron_key | building | direction | passed_at | source_file", *lines])
    visits = build("clean.visit", ref__site=SITE, raw__gate_event=drawn)
    assert len(lines) == len(passages) + overlap, "the control: counted by line, the overlap counts twice"
    assert sorted(visits.select("patron_key", visits["seen_at"].cast(str)).iter_rows()) == sorted(
        (person, f"{at}.000000") for person, at in passages
    )


def test_loans_in_two_overlapping_exports_are_counted_once_and_know_their_return(build: Build) -> None:
    columns = "loan_key | patron_key | item_key | loaned_at | returned_at | renewals | source_file | source_record"
    lines = [f"l{number} | ann | i{number} | 2026-03-01 | | 0 | a | {number}" for number in range(6)]
    lines += [f"l{number} | ann | i{number} | 2026-03-01 | 2026-03-20 | 0 | b | {number}" for number in range(3, 9)]
    drawn = "\n".join([columns, *lines])
    loans = build("clean.loan", ref__site="class_scheme\nclc", raw__loan=drawn)
    assert len(lines) == 12, "the control: by line there are three loans too many"
    assert sorted(loans.select("loan_key", loans["returned_at"].is_null()).iter_rows()) == [
        (f"l{number}", number < 3) for number in range(9)
    ]


LONG_AGO, FAR_AHEAD = 0, 4_102_444_800  # the first day of 1970, and of 2100


@pytest.mark.parametrize(("first", "mended"), [(LONG_AGO, FAR_AHEAD), (FAR_AHEAD, LONG_AGO), (FAR_AHEAD, FAR_AHEAD)])
def test_what_came_last_counts_whatever_its_clock_says(tmp_path: Path, first: int, mended: int) -> None:
    line = gate_line(tmp_path)
    for when, card in ((first, 1), (mended, 2)):
        path = line.put("gate/a.csv", as_export([(card, "08:00:00")] * 1))
        os.utime(path, (when, when))
        assert take_in(line) == (1, 1, [])
    states = "select status, records from ledger.file order by all"
    assert line.rows_of(states) == [("loaded", 1), ("replaced", 1)]
    came_last = "select max(received_at) = max(received_at) filter (status = 'loaded') from ledger.file"
    assert line.rows_of(came_last) == [(True,)]
    assert {year for (year,) in line.rows_of("select year(received_at) from ledger.file")}.isdisjoint({1970, 2100})


def test_control_by_their_clocks_the_older_would_win(tmp_path: Path) -> None:
    paths = [tmp_path / "first", tmp_path / "mended"]
    for path, when in zip(paths, (FAR_AHEAD, LONG_AGO), strict=True):
        path.touch()
        os.utime(path, (when, when))
    assert max(paths, key=lambda path: path.stat().st_mtime).name == "first"


def test_a_file_of_1970_is_asked_for_at_once(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    os.utime(line.put("gate/a.csv", PASSAGES), (LONG_AGO, LONG_AGO))
    assert asks_for_a_run(line)
