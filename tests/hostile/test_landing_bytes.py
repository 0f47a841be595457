"""Bytes that are not what they should be: cut, in other encodings, with odd newlines, NUL, endless lines, open quotation marks.

Where a record could be lost or become another without a word, the file is refused or the record told.
"""

import csv
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.errors import Refused
from pipelines.receiving import cells, records
from pipelines.receiving.parse import Job, Outcome
from pipelines.receiving.reader import Reader
from tests.hostile.door import MB, growth, peak
from tests.pipelines.landing import HEAD, LOANS, Site, attempt, column, gate, loans, refusal, rejects, rows

NOVEL = "红楼梦"
LOAN = f"{HEAD}1,2,b,{NOVEL},,,\n"


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utf-8", "auto"),
        ("utf-8-sig", "auto"),
        ("gbk", "auto"),
        ("gb18030", "auto"),
        ("utf-16", "auto"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_novel_comes_back_from_every_encoding(tmp_path: Path, written: str, said: str) -> None:
    assert column(loans(tmp_path, encoding=said).receive("a.csv", LOAN.encode(written)), "title") == [NOVEL]


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize(("encoding", "title"), [("big5", "紅樓夢"), ("cp1252", "Les Misérables — œuvres")])
def test_rarer_encodings_come_back_where_the_preset_names_them(tmp_path: Path, encoding: str, title: str) -> None:
    text = LOAN.replace(NOVEL, title).encode(encoding)
    assert column(loans(tmp_path, encoding=encoding).receive("a.csv", text), "title") == [title]
    with pytest.raises(Refused, match="is not utf-8"):
        loans(tmp_path, encoding="utf-8").receive("a.csv", text)


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be", "utf-32"])
def test_an_encoding_that_cannot_be_told_is_refused(tmp_path: Path, written: str) -> None:
    assert isinstance(attempt(loans(tmp_path), LOAN.encode(written)), str)


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("junk", [b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80"])
def test_a_pinned_encoding_never_guesses(tmp_path: Path, junk: bytes) -> None:
    told = attempt(loans(tmp_path, encoding="utf-8"), LOAN.encode() + b"2,2,b," + junk + b",,,\n")
    assert isinstance(told, str)
    assert f"first bad byte at {len(LOAN.encode()) + 6}" in told


def test_control_a_forgiving_reader_makes_other_words_of_them() -> None:
    assert LOAN.encode("gbk").decode("utf-8", errors="replace") != LOAN
    assert NOVEL not in LOAN.encode("gbk").decode("latin-1")


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("lines", [("a", "b", "c"), ('"a, ""x"""', '"b\nb"', "c")])
def test_a_file_cut_at_any_byte_gives_nothing_that_was_not_there(tmp_path: Path, lines: tuple[str, ...]) -> None:
    whole = (HEAD + "".join(f"{number},2,b,{title},,,{number}\n" for number, title in enumerate(lines))).encode()
    campus = loans(tmp_path)
    complete = rows(campus.receive("whole.csv", whole))
    assert len(complete) == 3
    for end in range(len(whole)):
        received = attempt(campus, whole[:end])
        if isinstance(received, str):
            continue
        has_warned = "no final newline" in received.warnings
        assert has_warned == (whole[end - 1 : end] != b"\n")
        sure = rows(received)[: -1 if has_warned and not rejects(received) else None]
        assert [_bare(row) for row in sure] == [_bare(row) for row in complete[: len(sure)]]


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "source_file"}


def test_control_a_database_takes_a_cut_value_for_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"no,title\n1,Hamlet\n"[:-4])
    with duckdb.connect() as connection:
        read = connection.execute("select title from read_csv(?, strict_mode = true)", [str(tmp_path / "a.csv")])
        assert read.fetchall() == [("Ham",)]


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("ends", ["\n\n\n", "\r\n\r", "\r\r\n", "\n\r\n", "\r\n\n\r"])
def test_any_mixture_of_newlines_reads_the_same(tmp_path: Path, ends: str) -> None:
    lines = [HEAD.strip(), '1,2,b,"x\r\ny",,,', "2,2,b,z,,,", '3,2,b,"q\rr",,,']
    text = "".join(line + ends[number % len(ends)] for number, line in enumerate(lines))
    assert column(loans(tmp_path).receive("a.csv", text), "title") == ["x\ny", "z", "q\nr"]


def test_control_newlines_left_as_they_are_stop_or_change_other_readers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\r\n1,2\n3,4\r5,6\n")
    with duckdb.connect() as connection, pytest.raises(duckdb.Error):
        connection.execute("from read_csv(?, columns = {'a': 'varchar', 'b': 'varchar'})", [str(tmp_path / "a.csv")])
    assert len((tmp_path / "a.csv").read_bytes().split(b"\n")) - 1 == 3, "four lines, by the third way of ending one"


@pytest.mark.usefixtures("same_process")
def test_a_nul_costs_its_record_and_no_other(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD + "1,2,b,x\0y,,,\n2,2,b,x,,,\n\x003,2,b,x,,,\n")
    assert rejects(received) == [(1, "", "nul_byte"), (3, "", "nul_byte")]
    assert column(received, "source_record") == [2]


def test_control_a_database_takes_a_nul_in(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,x\0y\n")
    with duckdb.connect() as connection:
        assert connection.execute("select b from read_csv(?)", [str(tmp_path / "a.csv")]).fetchall() == [("x\0y",)]


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("lost", [1, 7, 20])
def test_a_parser_that_loses_records_is_caught_by_the_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    text = HEAD + "".join(f"{number},2,b,x,,,\n" for number in range(20))
    read = cells._numbered

    def losing(batches: Any, misfits: Any) -> Any:
        for batch in read(batches, misfits):
            yield cells.Batch(batch.frame.head(batch.frame.height - lost), batch.misfits)

    assert column(loans(tmp_path).receive("a.csv", text), "source_record") == list(range(1, 21))
    monkeypatch.setattr(cells, "_numbered", losing)
    told = attempt(loans(tmp_path), text.encode())
    assert isinstance(told, str)
    assert f"{20 - lost} records against 20" in told


def test_control_two_parsers_of_one_text_do_disagree(tmp_path: Path) -> None:
    """And the counter refuses such a text rather than side with one of them."""
    (tmp_path / "a.csv").write_text('a,b\n1,"x" y\n2,"z\n3,w\n4,"v"\n', encoding="utf-8")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        by_library = len(list(csv.reader(file)))
    assert by_library != len(pl.read_csv(tmp_path / "a.csv", quote_char=None, has_header=False))
    with pytest.raises(Refused, match="line 2 has text after a closing quotation mark"):
        records.count(tmp_path / "a.csv", ",", '"')


def no_child(job: Job, seconds: int) -> Outcome:
    raise AssertionError("the child was asked to read it")


def filled(campus: Site, start: bytes, block: bytes, times: int) -> None:
    path = campus.put("gate/a.csv", b"card,at\n" + start)
    with path.open("ab") as file:
        for _ in range(times):
            file.write(block)


@pytest.mark.parametrize(
    ("start", "block", "told"),
    [
        (b"1,", b"x" * MB, "the record at line 2 is longer than 1 MB"),
        (b'1,"', b"2025-09-08\n2,x\n3,y,z\n" * 50_000, "the record at line 2 is longer than 1 MB"),
        (b'1,"x\n', b"2,2025-09-08 10:00:00\n" * 50_000, "the record at line 2 is longer than 1 MB"),
        (b"", b'1,"x\n' * 200_000, "text after a closing quotation mark"),
        (b"1," * 3_000_000, b"1," * MB, "the record at line 2 is longer than 1 MB"),
    ],
    ids=[
        "a line without an end",
        "a mark left open",
        "open before good lines",
        "a mark left open on every line",
        "commas",
    ],
)
def test_sixty_four_megabytes_without_a_record_s_end_cost_little(
    tmp_path: Path, start: bytes, block: bytes, told: str
) -> None:
    campus = gate(tmp_path)
    filled(campus, start, block, (64 * MB - len(start)) // len(block))
    said: list[str] = []
    assert growth(lambda: said.append(refusal(campus, content=None, read=no_child))) < 300 * MB
    assert told in said[0]


def test_control_read_as_one_it_would_cost_more(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    filled(campus, b'1,"', b"2025-09-08\n2,x\n3,y,z\n" * 50_000, 60)
    text = campus.campus.landing / "gate" / "a.csv"
    assert growth(lambda: len(text.read_text(encoding="utf-8").splitlines())) > 300 * MB


def test_many_bad_lines_are_told_one_by_one_in_bounded_memory(tmp_path: Path) -> None:
    """Each is kept with its reason; the child's memory is limited, and the parent's is not touched."""
    campus = gate(tmp_path, {"parser_memory_mb": 1024})
    filled(campus, b"", b"x\n" * 100_000, 2)
    with Reader() as reader:
        received = []
        assert growth(lambda: received.append(campus.receive("gate/a.csv", read=reader.read))) < 300 * MB
        assert peak(str(reader.pid)) < 1024 * MB
        limits = Path(f"/proc/{reader.pid}/limits").read_text(encoding="utf-8")
    assert f"{1024 * MB}" in limits.split("Max address space")[1].split("\n")[0]
    assert (received[0].records, received[0].reasons) == (200_000, {"too_few_fields": 200_000})


def test_control_this_process_has_no_such_limit() -> None:
    limits = Path("/proc/self/limits").read_text(encoding="utf-8")
    assert "unlimited" in limits.split("Max address space")[1].split("\n")[0]


@pytest.mark.usefixtures("same_process")
def test_a_record_of_almost_a_megabyte_comes_whole(tmp_path: Path) -> None:
    """The control of the limit: what is just within it is read."""
    title = "x" * (MB - 100)
    assert column(loans(tmp_path).receive("a.csv", f"{HEAD}1,2,b,{title},,,\n"), "title") == [title]


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("columns", [50, 2_000])
def test_records_with_far_too_many_values_are_only_rejected(tmp_path: Path, columns: int) -> None:
    text = HEAD + ("1,2,b,x,,,\n" + "z," * columns + "\n") * 20
    received = loans(tmp_path, columns=LOANS["columns"], duplicates="keep").receive("a.csv", text)
    assert (received.loaded, received.reasons) == (20, {"too_many_fields": 20})
