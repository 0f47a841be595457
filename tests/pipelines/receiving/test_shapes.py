"""What kind of file an export seems to be."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Refused
from tests.pipelines.landing import workbook
from tests.pipelines.looks import look, printed


@pytest.mark.parametrize(
    ("content", "lines", "encoding"),
    [
        ("a,b\n1,2\n", {}, "utf-8"),
        ("a;b;c\n1,5;2;3\n", {"delimiter": ";"}, "utf-8"),
        ("a\tb\n1\t2\n", {"delimiter": "tab"}, "utf-8"),
        ("姓名,学号\n甲,1\n".encode("gb18030"), {}, "gb18030"),
        ("姓名,学号\n甲,1\n".encode("utf-16"), {}, "utf-16"),
        ("Title of it\n\ncard,at\n1,2024-03-05\n2,2024-03-06\n", {"header": "detect"}, "utf-8"),
        ('1,"5",2024-03-05\n2,"6",2024-03-05\n', {"header": "none"}, "utf-8"),
        ('{"loans": [{"id": 1}]}', {"format": "json", "records": "loans[]"}, "utf-8"),
        ('{"meta": {"n": 1}, "data": {"of": {"loans": [{"id": 1}]}}}', {"format": "json", "records": "data.of.loans[]"}, "utf-8"),
        ('{"id": 1}', {"format": "json", "records": "[]"}, "utf-8"),
        ("[1, [2]]", {"format": "json", "records": "[]"}, "utf-8"),
        ('{"id": 1}\n{"id": 2}\n', {"format": "jsonl"}, "utf-8"),
        ('{"id": 1}\n\n[2]\n', {"format": "jsonl"}, "utf-8"),
        ("COPY a.b (id, x) FROM stdin;\n1\t2\n\\.\n", {"format": "copy", "table": "a.b"}, "utf-8"),
        (gzip.compress(b"a,b\n1,2\n"), {}, "utf-8"),
        (workbook([["a", "b"], [1, 2]]), {"format": "xlsx"}, "xlsx"),
        ('1.1.1.1 - a [05/Mar/2024:08:00:00 +0800] "GET /x HTTP/1.1" 200 5\n',
         {"format": "log", "log": '%h %l %u %t "%r" %s %b'}, "utf-8"),
    ],
)  # fmt: skip
def test_what_a_file_seems_to_be(tmp_path: Path, content: str | bytes, lines: dict[str, Any], encoding: str) -> None:
    shape = look(tmp_path, content).shape
    assert (shape.lines, shape.encoding) == (lines, encoding)


def test_the_sheet_that_looks_like_a_table_is_found_behind_its_cover(tmp_path: Path) -> None:
    rows = [["card", "at"], *([number, "2025-09-08"] for number in range(9))]
    shape = look(tmp_path, workbook([["说明"], ["甲"]], 座位=rows)).shape
    assert (shape.lines, shape.headings) == ({"format": "xlsx", "sheet": "座位"}, ("card", "at"))
    assert look(tmp_path, workbook(rows, 说明=[["甲"]])).shape.lines == {"format": "xlsx"}, "the negative control"


def test_a_file_that_cannot_be_read_at_all_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^export\.csv: is empty — "):
        look(tmp_path, "")


@pytest.mark.parametrize(
    ("content", "headings"),
    [
        (
            "Card,Door,Dir,When,,,\n1,A,in,2024-03-05,,,\n2,A,in,2024-03-06,,,\n",
            ("Card", "Door", "Dir", "When", "", "", ""),
        ),
        ("Card\tDoor\t\t\n1\tA\t\t\n2\tA\t\t\n".encode("utf-16"), ("Card", "Door", "", "")),
        ("Gates of May,,,\nCard,Door,Dir,\n1,A,in,\n2,A,in,\n", ("Card", "Door", "Dir", "")),
        (workbook([["Card", "Door", "", ""], [1, "A", "", ""], [2, "A", "", ""]]), ("Card", "Door")),
    ],
)
def test_headings_may_lack_over_empty_cells_at_the_end(
    tmp_path: Path, content: str | bytes, headings: tuple[str, ...]
) -> None:
    assert look(tmp_path, content).shape.headings[: len(headings)] == headings


@pytest.mark.parametrize(
    "content",
    [
        "kexue,A,in,,,\nwenxue,B,in,,,\n",
        "s2023001,A,,,\ns2023002,B,,,\n",
        "Gates of May,,,\n1,A,in,5\n2,A,in,5\n",
    ],
)
def test_a_record_that_ends_in_empty_cells_is_no_heading_line(tmp_path: Path, content: str) -> None:
    """The negative control: what stands in a record would be shown as if it were a heading."""
    found = look(tmp_path, content)
    assert (found.shape.headings, found.shape.lines["header"]) == ((), "none")
    assert not any(word in printed(found) for word in ("kexue", "s2023001", "Gates"))


@pytest.mark.parametrize("text", ["Nutzer;Straße\n1;Müller\n", "Élève;Côté\n1;café\n", "Nutzer;Ort\n1;Café\n"])
def test_an_encoding_that_the_door_would_not_find_is_guessed_and_said_to_be(tmp_path: Path, text: str) -> None:
    found = look(tmp_path, text.encode("cp1252"))
    assert (found.shape.encoding, found.shape.is_guessed) == ("cp1252", True)
    assert found.shape.headings == tuple(text.splitlines()[0].split(";"))
    assert "encoding: cp1252 (guessed" in printed(found)
    assert "encoding: cp1252\n" in found.beginning
    assert "(guessed" not in printed(look(tmp_path, text)), "the negative control"


@pytest.mark.parametrize(
    "content",
    [
        "姓名,题名\n甲,红楼梦\n乙,".encode("gb18030") + b"\xd0,\xff\n",
        b"\x89PNG\x00\xff\xfe\xfd" * 9,
        "姓名,题名\n甲,".encode() + b"\xff\n",
    ],
)
def test_what_is_damaged_is_not_guessed_at(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused, match=r"throughout|is UTF-8 but for"):
        look(tmp_path, content)
