"""What once went wrong at the door, and must not again."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Misconfigured
from pipelines.receiving import receive
from pipelines.receiving.canonical import Mapping
from pipelines.receiving.parse import parse
from tests.hostile.door import PASSAGES, PASSED, childless, gate_line, take_in
from tests.hostile.test_landing_archives import EVENT, JSON
from tests.hostile.test_landing_folder import FAR_AHEAD, asks_for_a_run, somebody_writing
from tests.pipelines.landing import HEAD, attempt, column, loans, refusal, site


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(receive, "read_alone", lambda job, seconds: parse(job))
    with childless(monkeypatch):
        yield


def test_a_file_that_its_writer_still_holds_open_loses_nothing(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    path = line.put("gate/a.csv", "")
    with path.open("ab", buffering=0) as file:
        file.write(PASSAGES.encode())
        take_in(line)
        file.write(b"0044,2025-09-08 08:02:00\n")
    take_in(line)
    assert line.rows_of(PASSED) == [(3,)]


def test_a_file_that_still_grows_does_not_hold_up_a_good_one(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    growing = line.put("gate/a.csv", PASSAGES)
    line.put("gate/b.csv", PASSAGES.replace("0042", "0099"))
    with somebody_writing(growing):
        take_in(line)
    assert "gate/b.csv" not in line.waiting()


@pytest.mark.parametrize("step", ["run", "sensor"])
def test_a_name_that_is_not_utf_8_is_loaded_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.undo()
    line = gate_line(tmp_path)
    line.put("gate/good.csv", PASSAGES)
    line.put(os.fsdecode(b"gate/\xbd\xf8\xb9\xdd.csv"), PASSAGES.replace("0042", "0099"))
    if step == "run":
        files, _, refusals = take_in(line)
        assert files + len(refusals) == 2
    else:
        for path in line.campus.landing.rglob("*.csv"):
            os.utime(path, (0, 0))
        assert asks_for_a_run(line)


def test_the_same_bytes_under_many_names_in_one_run_count_once(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    for number in range(20):
        line.put(f"gate/{number}.csv", PASSAGES)
    assert take_in(line)[2] == []
    assert line.rows_of(PASSED) == [(2,)]


@pytest.mark.parametrize("bad", [b"\x81\x40", "红楼梦".encode("gbk")])
def test_a_file_that_is_mostly_utf_8_does_not_become_other_words(tmp_path: Path, bad: bytes) -> None:
    text = (HEAD + "1,2,b,红楼梦梦,,,\n").encode() + b"2,2,b," + bad + b",,,\n"
    outcome = attempt(loans(tmp_path), text)
    if not isinstance(outcome, str):
        assert outcome.warnings or column(outcome, "title")[0] == "红楼梦梦", column(outcome, "title")


@pytest.mark.parametrize("text", ["\ufffd\ufffd\ufffd".encode(), "紅樓夢".encode("big5")])
def test_text_that_was_ruined_is_noticed(tmp_path: Path, text: bytes) -> None:
    outcome = attempt(loans(tmp_path), HEAD.encode() + b"1,2,b," + text + b",,,\n")
    if not isinstance(outcome, str):
        assert outcome.warnings, column(outcome, "title")


def test_a_file_of_the_future_does_not_stop_the_sensor(tmp_path: Path) -> None:
    line = gate_line(tmp_path)
    os.utime(line.put("gate/a.csv", PASSAGES), (FAR_AHEAD, FAR_AHEAD))
    os.utime(line.put("gate/b.csv", PASSAGES), (0, 0))
    assert asks_for_a_run(line)


@pytest.mark.parametrize("control", ["\x1b[2J\x1b[31m", "\0", "\u202e", "\x07", "\u2028"])
def test_a_refusal_holds_nothing_that_a_terminal_acts_upon(tmp_path: Path, control: str) -> None:
    told = attempt(loans(tmp_path), (HEAD.replace("title", f"ti{control}tle") + "1,2,b,x,,,\n").encode())
    assert isinstance(told, str)
    assert told.isprintable(), told


def test_a_data_folder_whose_name_is_a_pattern_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="choose another folder"):
        _ = gate_line(tmp_path / "campus [1]").campus
    line = gate_line(tmp_path / "it's a campus")
    line.put("gate/a.csv", PASSAGES)
    assert take_in(line) == (1, 2, [])


@pytest.mark.parametrize("value", ["9" * 5_000, '"\\ud800"'], ids=["digits", "surrogate"])
def test_odd_json_values_are_refused_as_the_file_s_fault(tmp_path: Path, value: str) -> None:
    campus = site(tmp_path, "gate", JSON)
    event = json.dumps(EVENT)
    outcome = attempt(campus, f'{{"events": [{event}, {{"card": {value}, "at": "2025-09-08 08:00:00"}}]}}'.encode())
    assert "fault" not in outcome if isinstance(outcome, str) else outcome.records == 2


def test_a_json_object_of_many_keys_is_settled_soon(tmp_path: Path) -> None:
    campus = site(tmp_path, "gate", JSON)
    keys = ",".join(f'"k{number}": 1' for number in range(20_000))
    start = time.process_time()
    received = campus.receive("a.json", f'{{"events": [{{"card": "1", "at": "2025-09-08 08:00:00", {keys}}}]}}')
    assert (received.records, received.loaded) == (1, 1)
    assert time.process_time() - start < 10  # a minute, where each key becomes a column


def test_a_mapping_that_loses_a_record_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    sort = Mapping.sort

    def losing(mapping: Mapping, *given: Any) -> Any:
        told_apart = sort(mapping, *given)
        return replace(told_apart, accepted=told_apart.accepted.slice(1))

    monkeypatch.setattr(Mapping, "sort", losing)
    campus = loans(tmp_path)
    assert "disagree" in refusal(campus, "a.csv", HEAD + "1,2,b,x,,,\n2,2,b,x,,,\n")


def test_a_file_that_vanishes_while_the_folder_is_looked_at_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = gate_line(tmp_path)
    line.put("gate/a.csv", PASSAGES)
    gone = line.put("gate/b.csv", PASSAGES.replace("0042", "0099"))
    is_taken = receive.is_taken

    def vanishing(path: Path, landing: Path) -> bool:
        gone.unlink(missing_ok=True)
        return is_taken(path, landing)

    monkeypatch.setattr(receive, "is_taken", vanishing)
    assert take_in(line)[0] == 1
