"""Which files pass the door, and in what words the others are sent back."""

import io
import os
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.errors import Refused
from pipelines.receiving.receive import digest, discard, landed
from profiles.pseudonym import patron_key
from tests.pipelines.landing import GATE, gate, refusal, rejects, rows, workbook
from tests.pipelines.landing import GATE_TEXT as TEXT

pytestmark = pytest.mark.usefixtures("same_process")


def test_gbk_under_a_utf8_preset_is_refused_and_under_auto_read(tmp_path: Path) -> None:
    content = TEXT.replace("never", "从不").encode("gbk")
    assert "is not utf-8 (first bad byte at 38)" in refusal(gate(tmp_path, encoding="utf-8"), content=content)
    assert gate(tmp_path).receive("gate/a.csv", content).encoding == "gb18030"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "gate/a.csv: is empty"),
        (b"\n\n", "heading card is missing"),
        (TEXT.replace("at", "when", 1), "heading at is missing"),
        (TEXT + '"', "opens a quotation mark that is never closed"),
        (b"PK\x03\x04rest", "is a broken zip — copy it again"),
        (TEXT.encode("utf-16-le"), "heading card is missing"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in refusal(gate(tmp_path), content=content)


def test_utf16_with_its_mark_is_read(tmp_path: Path) -> None:
    assert gate(tmp_path).receive("gate/a.csv", TEXT.encode("utf-16")).loaded == 2


def test_a_name_with_glob_characters_is_that_file_alone(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    campus.put("gate/export1.csv", TEXT)
    campus.put("gate/export[1].csv", "card,at\n1,2025-09-08 08:00:00\n")
    files = landed(campus.campus, campus.source)
    assert [path.name for path in files] == ["export1.csv", "export[1].csv"]
    assert campus.receive("gate/export[1].csv").records == 1


def test_an_evil_name_is_only_a_name(tmp_path: Path) -> None:
    name = "gate/'; drop table x; --\n\u202e\"$(id).csv"
    received = gate(tmp_path).receive(name, TEXT)
    assert received.name == name
    discard(received)
    assert refusal(gate(tmp_path), name, "x").startswith("gate/'; drop table x; --??\"$(id).csv: ")


def test_the_same_bytes_have_the_same_hash_and_new_ones_another(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    path = campus.put("gate/a.csv", TEXT)
    first = digest(path)
    assert first == campus.receive("gate/a.csv").sha256
    assert campus.receive("gate/a.csv", TEXT + "1,2025-09-08 08:00:00\n").sha256 == digest(path) != first


def test_what_is_no_plain_file_is_neither_listed_nor_read(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    real = campus.put("gate/a.csv", TEXT)
    campus.put("gate/~$a.csv", TEXT)
    campus.put("gate/.a.csv", TEXT)
    (real.parent / "link.csv").symlink_to(real)
    (real.parent / "folder.csv").mkdir()
    os.mkfifo(real.parent / "pipe.csv")
    assert landed(campus.campus, campus.source) == [real]
    for name in ("link.csv", "folder.csv", "pipe.csv"):
        assert "only plain files are taken in" in refusal(campus, f"gate/{name}", content=None)
        with pytest.raises(Refused):
            digest(real.parent / name)


def test_nothing_outside_the_landing_folder_is_read(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_text(TEXT, encoding="utf-8")
    (campus.campus.landing / "gate").symlink_to(tmp_path / "outside")
    assert landed(campus.campus, campus.source) == []
    for name in ("../../outside/a.csv", "gate/a.csv"):
        assert "does not lie in the landing folder" in refusal(campus, name, content=None)


def test_a_workbook_is_read_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    campus = gate(tmp_path, format="xlsx", header="detect")
    cells = [
        ["Passages"],
        [],
        ["card", "at"],
        ["0042", datetime(2025, 9, 8, 8)],
        [" "],
        [43, "2025-09-08 08:01:00"],
        ["x", ""],
    ]
    received = campus.receive("gate/a.csv", workbook(cells))
    assert (received.encoding, received.records, received.loaded) == ("xlsx", 3, 2)
    assert [row["passed_at"] for row in rows(received)] == [datetime(2025, 9, 8, 8), datetime(2025, 9, 8, 8, 1)]
    assert rows(received)[1]["patron_key"] == patron_key("43", "patron_no", campus.keyring.hmac_key)
    assert rejects(received) == [(3, "passed_at", "missing_value")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><table></table></html>", "is a web page or XML that calls itself a table"),
        (b"card,at\n1,2\n", "is no workbook"),
        (b"PK\x03\x04broken", "is a broken zip"),
        (b"\xd0\xcf\x11\xe0broken", "cannot be read as a workbook"),
    ],
)
def test_a_false_workbook_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(gate(tmp_path, format="xlsx"), "gate/a.xlsx", content)


def test_a_workbook_that_unpacks_beyond_measure_is_refused(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (20 << 20))
    assert "unpacks to far more" in refusal(gate(tmp_path, format="xlsx"), "gate/a.xlsx", bomb.getvalue())


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    book = workbook([["card", "at"]])
    assert "has no readable sheet 2" in refusal(gate(tmp_path, format="xlsx", sheet=2), "gate/a.xlsx", book)


def test_a_legacy_workbook_is_read_too(tmp_path: Path) -> None:
    """The file was written once by a program that still can: a title, a blank line, headings, three records."""
    content = (Path(__file__).parent / "files" / "legacy.xls").read_bytes()
    lines = {"columns": {**GATE["columns"], "patron_key": "卡号", "passed_at": "时间"}, "header": "detect"}
    where = [{"heading": "结果", "in": "ok", "reason": "denied"}]
    received = gate(tmp_path, format="xlsx", where=where, **lines).receive("gate/a.xls", content)
    assert (received.encoding, received.records, received.loaded) == ("xls", 3, 2)
    assert [row["passed_at"] for row in rows(received)] == [datetime(2024, 3, 5, 8), datetime(2024, 3, 5, 8, 1)]
    assert rows(received)[1]["patron_key"] == patron_key("43", "patron_no", gate(tmp_path).keyring.hmac_key)
    assert rejects(received) == [(3, "结果", "denied")]
