"""What is packed, nested and lined up to harm: gz and zip bombs, archives in archives, endless lines of JSON and of logs."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.door import MB, PASSAGES, growth
from tests.pipelines.landing import GATE, Site, column, gate, refusal, rejects, site

FILES = ["gate/*"]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture
def campus(tmp_path: Path) -> Site:
    return gate(tmp_path, {"parser_memory_mb": 1024, "parser_seconds": 60}, files=FILES)


ZEROS = b"0" * MB


def gzip_of_zeros(megabytes: int) -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as file:
        for _ in range(megabytes):
            file.write(ZEROS)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("gate/a.csv.gz", gzip.compress(PASSAGES.encode())), ("gate/a.zip", zipped(("a.csv", PASSAGES.encode())))],
    ids=["gz", "zip"],
)
def test_what_is_packed_in_good_faith_is_read(campus: Site, name: str, content: bytes) -> None:
    """The control of all that follows: an archive as such is not refused."""
    assert campus.receive(name, content).loaded == 2


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_bomb_is_refused_after_a_bounded_part_of_it(campus: Site, kind: str) -> None:
    bomb = gzip_of_zeros(200) if kind == "gz" else zipped(("a.csv", ZEROS * 200))
    assert len(bomb) < MB
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, f"gate/a.{kind}", bomb))) < 100 * MB
    assert "unpacks to far more than an export should" in said[0]


def test_control_unpacked_without_counting_it_grows() -> None:
    bomb = gzip_of_zeros(200)
    assert growth(lambda: len(gzip.decompress(bomb))) > 150 * MB


def test_a_bomb_that_lies_about_its_size_is_refused(campus: Site) -> None:
    """The last four bytes of a gzip, and a zip's directory, say how much there is; neither is believed."""
    bomb = gzip_of_zeros(200)
    assert "gate/a.gz: " in refusal(campus, "gate/a.gz", bomb[:-4] + (10).to_bytes(4, "little"))
    honest = zipped(("a.csv", ZEROS * 100))
    true, less = (100 * MB).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert honest.count(true) == 2
    assert "gate/a.zip: " in refusal(campus, "gate/a.zip", honest.replace(true, less))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gate/a.gz", gzip.compress(gzip.compress(PASSAGES.encode()))),
        ("gate/a.gz", gzip.compress(zipped(("a.csv", PASSAGES.encode())))),
        ("gate/a.zip", zipped(("a.csv.gz", gzip.compress(PASSAGES.encode())))),
        ("gate/a.zip", zipped(("a.zip", zipped(("a.csv", PASSAGES.encode()))))),
    ],
    ids=["gz in gz", "zip in gz", "gz in zip", "zip in zip"],
)
def test_an_archive_within_an_archive_is_refused(campus: Site, name: str, content: bytes) -> None:
    assert "an archive within an archive" in refusal(campus, name, content)


def test_a_zip_of_two_files_is_refused_until_one_is_named(campus: Site, tmp_path: Path) -> None:
    both = zipped(("a.csv", PASSAGES.encode()), ("b.txt", b"read me"))
    assert "a zip with 2 files" in refusal(campus, "gate/a.zip", both)
    (tmp_path / "named").mkdir()
    assert gate(tmp_path / "named", files=FILES, member="*.csv").receive("gate/a.zip", both).loaded == 2


def test_a_zip_without_files_is_refused(campus: Site) -> None:
    assert "a zip with 0 files" in refusal(campus, "gate/a.zip", zipped(("folder/", b""), ("other/", b"")))


@pytest.mark.parametrize("name", ["../evil.csv", "../../../../evil.csv", "/evil.csv", "a\\..\\evil.csv", "C:evil.csv"])
def test_a_member_s_path_leads_nowhere(campus: Site, tmp_path: Path, name: str) -> None:
    assert campus.receive("gate/a.zip", zipped((name, PASSAGES.encode()))).loaded == 2
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert not Path("/evil.csv").exists()


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_an_archive_cut_at_any_byte_is_refused(campus: Site, kind: str, same_process: None) -> None:
    whole = gzip.compress(PASSAGES.encode(), mtime=0) if kind == "gz" else zipped(("a.csv", PASSAGES.encode()))
    assert campus.receive(f"gate/whole.{kind}", whole).loaded == 2, "the control: whole, it is read"
    for end in range(len(whole)):
        assert f"gate/a.{kind}: " in refusal(campus, f"gate/a.{kind}", whole[:end]), end


def test_a_bit_that_has_turned_is_noticed_by_the_archive_s_own_sum(campus: Site, same_process: None) -> None:
    stored = zipped(("a.csv", PASSAGES.encode()), method=zipfile.ZIP_STORED)
    at = stored.index(b"0042")
    assert "is a broken zip" in refusal(campus, "gate/a.zip", stored[:at] + b"1" + stored[at + 1 :])


def test_two_gzips_end_to_end_are_both_read(campus: Site, same_process: None) -> None:
    second = gzip.compress(b"0044,2025-09-08 08:02:00\n")
    assert campus.receive("gate/a.gz", gzip.compress(PASSAGES.encode()) + second).loaded == 3


def test_a_zip_with_a_password_is_refused(campus: Site, same_process: None) -> None:
    locked = bytearray(zipped(("a.csv", PASSAGES.encode())))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    assert "with a password" in refusal(campus, "gate/a.zip", bytes(locked))


JSON: dict[str, Any] = {**GATE, "files": "*.json", "format": "json", "records": "events[]"}
EVENT = {"card": "0042", "at": "2025-09-08 08:00:00"}


@pytest.fixture
def json_campus(tmp_path: Path) -> Site:
    return site(tmp_path, "gate", JSON, parser_memory_mb=1024, parser_seconds=60)


def test_a_good_document_is_read(json_campus: Site) -> None:
    assert json_campus.receive("a.json", json.dumps({"events": [EVENT]})).loaded == 1


@pytest.mark.parametrize("depth", [2_000, 5_000_000])
@pytest.mark.parametrize("place", ["beside", "within"])
def test_nesting_without_an_end_is_refused(json_campus: Site, depth: int, place: str) -> None:
    deep, event = "[" * depth + "]" * depth, json.dumps(EVENT)
    beside, within = f'{{"x": {deep}, "events": [{event}]}}', f'{{"events": [{{"x": {deep}, {event[1:]}]}}'
    text = beside if place == "beside" else within
    assert "is nested too deeply" in refusal(json_campus, "a.json", text)


def test_control_a_reader_that_calls_itself_gives_up_on_such_nesting() -> None:
    with pytest.raises(RecursionError):
        json.loads("[" * 200_000 + "]" * 200_000)


@pytest.mark.usefixtures("same_process")
def test_a_key_that_stands_there_twice_is_never_quietly_the_last(json_campus: Site) -> None:
    twice = '{"events": [{"card": "0042", "card": "0043", "at": "2025-09-08 08:00:00"}]}'
    assert json.loads(twice)["events"][0]["card"] == "0043", "the control: the standard library takes the last"
    assert "the same key twice" in refusal(json_campus, "a.json", twice)


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_document_cut_short_is_refused(json_campus: Site, end: int) -> None:
    whole = json.dumps({"events": [EVENT, {**EVENT, "card": "0043"}]})
    assert "a.json: " in refusal(json_campus, "a.json", whole[:-end])


LOGGED_AT = {"from": "%t", "formats": {"%d/%b/%Y:%H:%M:%S %z": "UTC"}}
LOG: dict[str, Any] = {
    **GATE,
    "files": "*.log",
    "format": "log",
    "log": "%h %u %t",
    "columns": {**GATE["columns"], "patron_key": "%u", "passed_at": LOGGED_AT},
}
LINE = "192.0.2.1 0042 [08/Sep/2025:08:00:00 +0800]\n"


@pytest.fixture
def log_campus(tmp_path: Path) -> Site:
    return site(tmp_path, "gate", LOG, parser_memory_mb=1024, parser_seconds=60)


def test_a_log_line_of_fifty_megabytes_costs_little(log_campus: Site) -> None:
    path = log_campus.put("a.log", LINE)
    with path.open("ab") as file:
        for _ in range(50):
            file.write(ZEROS)
    said: list[str] = []
    assert growth(lambda: said.append(refusal(log_campus, "a.log", None))) < 300 * MB
    assert "the record at line 2 is longer than 1 MB" in said[0]


def test_a_line_that_fits_no_form_is_told_and_the_others_are_read(log_campus: Site) -> None:
    received = log_campus.receive(
        "a.log", LINE + "nonsense\n" + LINE.replace("0042", '0043" "x') + LINE.replace("08:00:00", "09:00:00")
    )
    assert [reason for _, _, reason in rejects(received)] == ["unparsed_line"] * 2
    assert len(column(received, "patron_key")) == 2


def test_a_line_made_to_be_tried_in_many_ways_takes_no_longer(log_campus: Site) -> None:
    evil = ("a " * 400_000).strip() + "\n"
    received = log_campus.receive("a.log", LINE + evil)
    assert (received.loaded, received.reasons) == (1, {"unparsed_line": 1})
