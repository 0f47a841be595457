"""Workbooks made to harm: bombs, sizes that lie, entities, formulas, a cell at the far end of a sheet, broken zips."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter

from pipelines.errors import Refused
from pipelines.receiving import workbook as measured
from tests.hostile.door import MB, growth
from tests.pipelines.landing import Site, column, gate, refusal, rows, workbook

CELLS: list[list[Any]] = [
    ["card", "at", "note"],
    ["0042", "2025-09-08 08:00:00", "x"],
    ["0043", "2025-09-08 08:01:00", "y"],
]
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BUILDING = {"building": {"from": "note"}, "direction": {"value": "in"}, "patron_key": "card", "passed_at": "at"}


@pytest.fixture
def campus(tmp_path: Path) -> Site:
    return gate(tmp_path, {"parser_memory_mb": 1024, "parser_seconds": 60}, format="xlsx", columns=BUILDING)


def with_member(name: str, content: bytes, book: bytes | None = None) -> bytes:
    """A workbook one of whose members is another."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book or workbook(CELLS))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return target.getvalue()


def member(name: str, book: bytes | None = None) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book or workbook(CELLS))) as archive:
        return archive.read(name)


def lying(book: bytes, name: str, size: int) -> bytes:
    """The same workbook, which says of one member that it unpacks to so many bytes."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        true = archive.getinfo(name)
    said = bytearray(book)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = -1
        while (start := said.find(mark, start + 1)) >= 0:
            if struct.unpack_from("<I", said, start + at)[0] == true.file_size:
                struct.pack_into("<I", said, start + at, size)
    return bytes(said)


def test_a_bomb_is_refused_before_it_is_unpacked(campus: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bomb = with_member(SHEET, member(SHEET).replace(b"<sheetData>", b"<sheetData>" + b" " * (250 * MB)))
    assert len(bomb) < MB
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, "gate/a.xlsx", bomb))) < 100 * MB
    assert "unpacks to far more than a workbook should" in said[0]
    (tmp_path / "bomb.xlsx").write_bytes(bomb)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(Refused):
        measured.measure(tmp_path / "bomb.xlsx")


def test_control_unpacked_without_measure_it_grows() -> None:
    bomb = with_member(SHEET, b" " * (250 * MB))
    assert growth(lambda: len(member(SHEET, bomb))) > 200 * MB


def test_a_bomb_of_many_members_is_refused(campus: Site) -> None:
    target = io.BytesIO(workbook(CELLS))
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(2_100):
            archive.writestr(f"xl/media/{number}", b"")
    assert "unpacks to far more" in refusal(campus, "gate/a.xlsx", target.getvalue())


@pytest.mark.parametrize("name", [SHEET, STRINGS])
def test_a_bomb_that_lies_about_its_size_is_still_refused(campus: Site, name: str) -> None:
    text = member(name)
    end = text.rindex(b"</")
    bomb = lying(with_member(name, text[:end] + b" " * (150 * MB) + text[end:]), name, len(text))
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, "gate/a.xlsx", bomb))) < 100 * MB
    assert said


def test_control_its_declared_sizes_alone_are_those_of_a_good_workbook(tmp_path: Path) -> None:
    text = member(SHEET)
    end = text.rindex(b"</")
    (tmp_path / "a.xlsx").write_bytes(lying(with_member(SHEET, text[:end] + b" " * MB + text[end:]), SHEET, len(text)))
    measured.measure(tmp_path / "a.xlsx")


LAUGHS = b"".join(
    [b'<!DOCTYPE x [<!ENTITY a0 "ha">', *(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9)), b"]>"]
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("name", [STRINGS, SHEET])
@pytest.mark.parametrize("entities", [LAUGHS, OUTSIDE], ids=["a billion laughs", "a file of the machine"])
def test_entities_are_never_unfolded(campus: Site, name: str, entities: bytes) -> None:
    text = member(name)
    spoilt = text.replace(b"?>\n", b"?>\n" + entities, 1)
    spoilt = (
        spoilt.replace(b"<t>x</t>", b"<t>&a9;</t>") if name == STRINGS else spoilt.replace(b"<v>4</v>", b"<v>&a9;</v>")
    )
    assert b"&a9;" in spoilt
    assert entities in spoilt
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, "gate/a.xlsx", with_member(name, spoilt)))) < 300 * MB
    assert "root:" not in said[0]


def test_control_a_reader_that_unfolds_entities_grows() -> None:
    """Five levels of ten, which is within what the standard library lets through."""
    unfolded = ElementTree.fromstring(LAUGHS + b"<x>&a5;</x>").text
    assert unfolded == "ha" * 100_000


def test_a_formula_gives_its_value_and_a_text_that_looks_like_one_stays_text(campus: Site) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(CELLS):
        sheet.write_row(number, 0, row)
    sheet.write_formula("C2", '=HYPERLINK("http://example.invalid","Main")', None, "Main")
    sheet.write_string("C3", "=1+1")
    sheet.write_row("A4", ["0044", "2025-09-08 08:02:00"])
    sheet.write_formula("C4", "=cmd|'/C calc'!A0", None, "")
    sheet.write_row("A5", ["0045", "2025-09-08 08:03:00", "@SUM(1)"])
    book.close()
    received = campus.receive("gate/a.xlsx", content.getvalue())
    assert column(received, "building") == ["Main", "=1+1", "@SUM(1)"]
    assert received.reasons == {"missing_value": 1}, "a formula that was never worked out has no value"
    assert b"HYPERLINK" in member(SHEET, content.getvalue()), "the control: the formula itself is there to be read"


def test_a_cell_at_the_far_end_of_a_sheet_does_not_fill_the_memory(campus: Site) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    for number, row in enumerate(CELLS):
        sheet.write_row(number, 0, row)
    sheet.write(1_048_575, 16_383, "far")
    book.close()
    assert len(content.getvalue()) < 10_000, "the control: by its size there is nothing to it"
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, "gate/a.xlsx", content.getvalue()))) < 100 * MB
    assert "parser_memory_mb" in said[0]


def test_a_lie_about_the_sheet_s_extent_changes_nothing(campus: Site) -> None:
    text = member(SHEET).replace(b'<dimension ref="A1:C3"/>', b'<dimension ref="A1:XFD1048576"/>')
    assert b"XFD1048576" in text
    received = campus.receive("gate/a.xlsx", with_member(SHEET, text))
    assert [row["building"] for row in rows(received)] == ["x", "y"]


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/evil.xml", "xl/../../../evil.xml"])
def test_a_member_s_path_leads_nowhere(campus: Site, tmp_path: Path, name: str) -> None:
    received = campus.receive("gate/a.xlsx", with_member(name, b"evil"))
    assert received.loaded == 2
    assert not list(tmp_path.rglob("evil.xml"))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut_short_is_refused(campus: Site, share: float) -> None:
    book = workbook(CELLS)
    assert campus.receive("gate/whole.xlsx", book).loaded == 2, "the control: whole, it is read"
    assert " again" in refusal(campus, "gate/a.xlsx", book[: int(len(book) * share)])
