"""The way of a file through the door, with the child process that reads it."""

import resource
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import paths
from pipelines.campus import read_campus
from pipelines.demo_campus import make_campus
from pipelines.keeping.vault import Vault
from pipelines.receiving import reader as reader_module
from pipelines.receiving import records
from pipelines.receiving.reader import Reader, readers
from pipelines.receiving.receive import discard, landed
from profiles.pseudonym import patron_key
from tests.pipelines.landing import GATE_TEXT as TEXT
from tests.pipelines.landing import gate, leftovers, refusal, rejects, rows, site, workbook


def test_a_file_goes_through_the_child_and_leaves_no_plain_text(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    received = campus.receive("gate/a.csv", TEXT)
    assert (received.records, received.loaded, received.duplicates, received.rejected) == (3, 2, 0, 1)
    assert (received.name, received.encoding, received.bytes) == ("gate/a.csv", "utf-8", len(TEXT))
    assert [row["passed_at"] for row in rows(received)] == [datetime(2025, 9, 8, 8), datetime(2025, 9, 8, 8, 1)]
    assert rejects(received) == [(2, "passed_at", "unreadable_timestamp")]
    vault = Vault.of(campus.campus, campus.keyring)
    assert list(vault.rejects(received.source_file)) == [
        {"record": 2, "reason": "unreadable_timestamp", "cells": ["0043", "never"]}
    ]
    key = patron_key("0042", "patron_no", campus.keyring.hmac_key)
    assert [identity.identifier for identity in vault.lookup(key)] == ["0042"]
    made = [
        path.read_bytes() for path in campus.campus.data.rglob("*") if path.is_file() and "landing" not in path.parts
    ]
    assert len(made) == 5
    assert not any(b"0042" in content or b"never" in content for content in made)
    discard(received)
    assert leftovers(campus.campus) == []


def test_the_first_preset_for_real_loans_keeps_what_is_incomplete(tmp_path: Path) -> None:
    text = (
        "member_id,checked_out,returned,item_id,title_as_written\r\n"
        "a.b,1939-04-06,1939-04-13,m1,Poets\r\n"
        "a.b,1939-04-06,1939-04-13,m1,Poets\r\n"
        'a.b,1922-03,1926,,""" "" """\r\n'
        "a.b,1900-05-06,1296-01-02,,\r\n"
    )
    received = site(tmp_path, "shakespeare_loans").receive("shakespeare/loans.csv", text)
    assert (received.loaded, received.duplicates, received.rejected) == (3, 1, 0)
    assert [row["notes"] for row in rows(received)] == [
        None,
        "loaned_at:partial_date;returned_at:partial_date",
        "loaned_at:implausible;returned_at:implausible",
    ]
    assert len({row["item_key"] for row in rows(received)}) == 3
    assert rows(received)[1]["title"] == '" " "'


def test_the_child_gets_the_key_by_its_input_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    popen = subprocess.Popen

    def spy(command: list[str], **options: Any) -> Any:
        seen.update(options, command=command)
        return popen(command, **options)

    monkeypatch.setattr(subprocess, "Popen", spy)
    campus = gate(tmp_path)
    campus.receive("gate/a.csv", TEXT)
    assert seen["stdin"] == subprocess.PIPE
    assert campus.keyring.hmac_key.hex() not in str(seen["command"]) + str(seen["env"])


def test_one_child_reads_many_files_until_one_is_refused(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    with Reader() as reader:
        assert campus.receive("gate/a.csv", TEXT, reader.read).records == 3
        first = reader.pid
        assert campus.receive("gate/b.csv", TEXT + "0045,2025-09-08 08:00:00\n", reader.read).records == 4
        assert reader.pid == first
        assert "heading at is missing" in refusal(campus, "gate/c.csv", TEXT.replace("at", "when", 1), reader.read)
        assert reader.pid is None
        assert campus.receive("gate/a.csv", read=reader.read).records == 3


def test_a_child_stays_for_the_next_feed_with_the_same_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = list[Reader]()
    monkeypatch.setattr(reader_module, "_waiting", waiting)
    campus = gate(tmp_path, {"parser_memory_mb": 1536})
    children = []
    for feed in range(2):
        with readers(2) as read:
            assert campus.receive(f"gate/{feed}.csv", TEXT + f"004{feed},2025-09-08 08:00:00\n", read).records == 4
        children.append([reader.pid for reader in waiting])
    assert children[0] == children[1]
    assert len([pid for pid in children[0] if pid]) == 1, "one that nothing was read with was not started"

    (tmp_path / "less").mkdir()
    with readers(2) as read:
        assert gate(tmp_path / "less", {"parser_memory_mb": 1024}).receive("gate/a.csv", TEXT, read).records == 3
    assert {reader.pid for reader in waiting if reader.pid}.isdisjoint(children[0])

    with pytest.raises(KeyboardInterrupt), readers(2):
        raise KeyboardInterrupt
    assert waiting == [], "what was broken off is not gone on with"


def test_a_child_that_would_use_too_much_memory_is_stopped(tmp_path: Path) -> None:
    # Forty megabytes of a workbook, read as a whole, need far more than this.
    campus = gate(tmp_path, {"parser_memory_mb": 512}, format="xlsx")
    book = workbook([["card", "at"], *[[f"{number:07}" + "x" * 900, "2025-09-08"] for number in range(40_000)]])
    message = refusal(campus, "gate/a.xlsx", book)
    assert "raise parser_memory_mb" in message


def test_a_child_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module.sys, "executable", _script(tmp_path, "exec sleep 60"))
    assert "took longer than 1 s" in refusal(gate(tmp_path, {"parser_seconds": 1}))


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", "stopped the parser (signal 9; it may use 2048 MB)"),
        ("echo 'secret 0042' >&2; exit 1", "a fault of ours (it did not say which)"),
        ("echo 'secret 0042' >&2; echo 'fault: KeyError at parse.py:7' >&2; exit 1", "(KeyError at parse.py:7)"),
    ],
)
def test_a_child_that_fails_is_told_without_a_word_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    monkeypatch.setattr(reader_module.sys, "executable", _script(tmp_path, script))
    message = refusal(gate(tmp_path))
    assert words in message
    assert "0042" not in message


def test_a_fault_in_the_child_names_its_place_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module.Job, "model_dump_json", lambda job, **_: '{"path": "secret-0042"}')
    message = refusal(gate(tmp_path))
    assert "ValidationError at main.py:" in message
    assert "secret" not in message


def test_a_record_lost_on_the_way_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same_process: None
) -> None:
    count = records.count
    monkeypatch.setattr(records, "count", lambda *given: count(*given) + 1)
    assert "the parser and the counter disagree: 3 records against 4" in refusal(gate(tmp_path))


def test_a_line_of_fifty_megabytes_costs_the_parent_little(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    path = campus.put("gate/a.csv", "card,at\n")
    with path.open("ab") as file:
        for _ in range(50):
            file.write(b"x" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "the record at line 2 is longer than 1 MB" in refusal(campus, content=None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 << 10


def test_every_export_of_the_demo_campus_is_taken_in(tmp_path: Path, same_process: None) -> None:
    make_campus(300, 1, 7, tmp_path / "data" / "landing", None, lambda step, share: None)
    example = read_campus(paths.ROOT / "campus.example.yml")
    received = []
    for name in example.sources:
        campus = site(tmp_path, name)
        received += [
            campus.receive(path.relative_to(campus.campus.landing).as_posix())
            for path in landed(campus.campus, campus.source)
        ]
    taken = {file.name for file in received}
    assert taken == {
        path.relative_to(tmp_path / "data" / "landing").as_posix()
        for path in (tmp_path / "data" / "landing").rglob("*.*sv")
    } | {"survey/wjx_2026.xlsx"}
    reasons = {reason for file in received for reason in file.reasons}
    assert reasons <= {"denied", "implausible", "not_a_person", "too_few_fields"}
    assert all(file.loaded > 0.8 * file.records for file in received if file.records > 20)
    assert {file.source for file in received if "XM" in file.dropped_columns} == {"hub_students", "hub_staff"}


def _script(folder: Path, script: str) -> str:
    path = folder / "child"
    path.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)
