"""Exports that come packed."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.receiving import unpacking
from tests.pipelines.landing import GATE_TEXT, column, gate, leftovers, refusal, site, workbook


def zipped(**files: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return content.getvalue()


@pytest.mark.parametrize("content", [gzip.compress(GATE_TEXT.encode()), zipped(a__csv=GATE_TEXT)])
def test_a_packed_file_reads_as_what_it_holds(tmp_path: Path, content: bytes) -> None:
    plain = gate(tmp_path).receive("gate/plain.csv", GATE_TEXT)
    packed = gate(tmp_path).receive("gate/packed.csv", content)
    assert column(packed, "passed_at") == column(plain, "passed_at")
    assert (packed.bytes, packed.records) == (len(content), plain.records)
    assert [name for name in leftovers(gate(tmp_path).campus) if "unpacked" in name] == []


def test_one_of_several_files_is_chosen_by_its_name(tmp_path: Path) -> None:
    content = zipped(readme__txt="nothing", gates__csv=GATE_TEXT)
    assert gate(tmp_path, member="*.csv").receive("gate/a.csv", content).records == 3
    assert "is a zip with 2 files that fit" in refusal(gate(tmp_path), "gate/a.csv", content)
    assert "is a zip with 0 files that fit" in refusal(gate(tmp_path, member="*.tsv"), "gate/a.csv", content)


def test_what_a_computer_adds_to_a_zip_is_no_export(tmp_path: Path) -> None:
    names = ("x/gates.csv", "__MACOSX/x/._gates.csv", "x/.DS_Store", "x/Thumbs.db", "x/~$gates.csv")
    content = zipped(**dict.fromkeys(names, GATE_TEXT))
    assert gate(tmp_path).receive("gate/a.csv", content).records == 3
    assert "is a zip with 2 files that fit" in refusal(
        gate(tmp_path), "gate/a.csv", zipped(**dict.fromkeys((*names, "x/doors.csv"), GATE_TEXT))
    )


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Rar!\x1a\x07\x01\x00" + b"x" * 99, "is a RAR archive, which is not read here — unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + b"x" * 99, "is a 7z archive, which is not read here — unpack it"),
        (b"%PDF-1.7\n", "is a PDF, not a table — have the system export it"),
        (b"\n<HTML><body><table><tr><td>card<td>at", "is a web page or XML that calls itself a table — open it"),
        ("<table>读者".encode("utf-16"), "is a web page or XML that calls itself a table — open it"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<Workbook/>', "is a web page or XML that calls itself a table — open it"),
    ],
)
def test_what_holds_no_table_is_told_by_its_first_bytes(
    tmp_path: Path, content: bytes, words: str, packed: Callable[[bytes], bytes]
) -> None:
    assert words in refusal(gate(tmp_path), "gate/a.csv", packed(content))


def test_a_heading_in_angle_brackets_is_no_web_page(tmp_path: Path) -> None:
    """The negative control: a heading that begins as mark-up does."""
    received = gate(tmp_path).receive("gate/a.csv", "<tables>,card,at\n<table>,1,2025-09-08 08:00:00\n")
    assert received.records == 1


def test_a_workbook_within_a_zip(tmp_path: Path) -> None:
    book = workbook([["card", "at"], ["0042", "2025-09-08 08:00:00"]])
    assert gate(tmp_path, format="xlsx").receive("gate/a.xlsx", zipped(book__xlsx=book)).loaded == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(GATE_TEXT.encode())[:-9], "is a broken gzip"),
        (zipped(a__csv=GATE_TEXT)[:60], "is a broken zip"),
        (gzip.compress(gzip.compress(b"x")), "an archive within an archive"),
        (zipped(a__zip=zipped(b__csv=GATE_TEXT)), "an archive within an archive"),
        (gzip.compress(b""), "is empty once unpacked"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(gate(tmp_path), "gate/a.csv", content)


@pytest.mark.parametrize(
    ("local", "central", "change", "words"),
    [(8, 10, b"\x61\x00", "packed in a way that is not read here"), (6, 8, b"\x01\x00", "is a zip with a password")],
)
def test_a_zip_that_the_library_cannot_open_is_told_apart(
    tmp_path: Path, local: int, central: int, change: bytes, words: str
) -> None:
    """An unknown compression method, and the mark of encryption, put into an ordinary zip."""
    content = bytearray(zipped(a__csv=GATE_TEXT))
    directory = content.index(b"PK\x01\x02")
    content[local : local + 2] = content[directory + central : directory + central + 2] = change
    assert words in refusal(gate(tmp_path), "gate/a.csv", bytes(content))


def test_real_bytes_are_counted_whatever_an_archive_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_UNSUSPECTED", 1 << 20)
    bomb = gzip.compress(b"card,at\n" + b"0" * (8 << 20))
    assert "unpacks to far more" in refusal(gate(tmp_path), "gate/a.csv", bomb)
    # The same bytes are let through where nothing counts them.
    monkeypatch.setattr(unpacking, "_LARGEST_RATIO", 10_000)
    assert "unpacks to far more" not in refusal(gate(tmp_path), "gate/a.csv", bomb)


DUMP = """--
COPY public.other (id) FROM stdin;
9
\\.
COPY action.circulation (id, usr, "target_copy", xact_start, note) FROM stdin;
1\t4\t2\t2014-05-14 08:39:13.07-04\ta\\tb\\\\c
2\t\\N\t3\t2014-05-14 08:39:13-04\t\\N
\\.
SELECT 1;
"""
COPIED = {
    "feed": "loan",
    "files": "*.sql",
    "format": "copy",
    "table": "action.circulation",
    "columns": {
        "loan_key": "id",
        "patron_key": "usr",
        "item_key": "target_copy",
        "title": "note",
        "loaned_at": {"from": "xact_start", "formats": "%Y-%m-%d %H:%M:%S%.f%z"},
    },
}


def test_one_table_of_a_dump(tmp_path: Path) -> None:
    received = site(tmp_path, "loans", COPIED).receive("a.sql", DUMP)
    assert (received.records, received.loaded) == (2, 2)
    assert column(received, "title") == ["a\tb\\c", None]
    assert [str(at) for at in column(received, "loaned_at")] == ["2014-05-14 20:39:13.070000", "2014-05-14 20:39:13"]
    assert [key is None for key in column(received, "patron_key")] == [False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("COPY public.x (id) FROM stdin;\n1\n\\.\n", "holds no COPY of the table action.circulation"),
        (DUMP.replace("\\.\nSELECT 1;\n", ""), "breaks off within the table action.circulation"),
    ],
)
def test_a_dump_without_the_table_is_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(site(tmp_path, "loans", COPIED), "a.sql", text)
