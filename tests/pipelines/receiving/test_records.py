import csv
import io
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import Refused
from pipelines.receiving.records import count

CELL = st.text(st.sampled_from('a",\n 馆'), max_size=6)
TABLES = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=20)


def counted(tmp_path: Path, content: bytes, quote: str | None = '"', block: int = 1 << 20) -> int:
    path = tmp_path / "text"
    path.write_bytes(content)
    return count(path, ",", quote, block)


@settings(deadline=None)
@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from([1, 3, 64, 1 << 20]))
def test_the_count_is_that_of_the_standard_library(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], quoting: int, block: int
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(table)
    assert counted(tmp_path_factory.getbasetemp(), text.getvalue().encode(), block=block) == len(table)


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"a,b\n1,2\n", 2),
        (b"\n\na,b\n\n1,2\n\n", 2),
        (b'a,b\n1,"x\n\ny"\n', 2),
        (b'a,b\n1,x"y\n2,5" disk and 7" disk\n', 3),
        (b'a,b\n1,a""b\n2,c\n', 3),
        (b'"",""\n', 1),
        (b'"""q""",2\n', 1),
        (b"  \n", 1),
    ],
)
def test_records_end_where_a_line_ends_outside_quotes(tmp_path: Path, content: bytes, records: int) -> None:
    for block in (1, 2, 5, 1 << 20):
        assert counted(tmp_path, content, block=block) == records


def test_without_quotes_every_line_that_is_not_blank_counts(tmp_path: Path) -> None:
    assert counted(tmp_path, b'a,b\n1,"x\n\ny"\n', quote=None) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'a,b\n1,"x\n2,y\n', "line 2 opens a quotation mark that is never closed"),
        (b'a,b\n1,"x" y\n', "line 2 has text after a closing quotation mark"),
        # Were it not for the word after the mark, three records would count as one.
        (b'a,b\n"Hamlet,1\nx,2\ny,"z"\n', "line 4 has text after a closing quotation mark"),
    ],
)
def test_quotes_that_leave_a_doubt_are_refused_by_line(tmp_path: Path, content: bytes, words: str) -> None:
    for block in (3, 1 << 20):
        with pytest.raises(Refused, match=words):
            counted(tmp_path, content, block=block)


def test_a_line_of_fifty_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = tmp_path / "text"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b"\n")
    with pytest.raises(Refused, match="the record at line 2 is longer than 1 MB"):
        count(path, ",", '"')
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10
