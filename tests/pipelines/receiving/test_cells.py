"""No content of a file, by chance or by malice, makes a record disappear or become something else."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.receiving import cells
from tests.pipelines.landing import HEAD, attempt, column, leftovers, loans, rejects, rows

pytestmark = pytest.mark.usefixtures("same_process")


def test_leading_zeros_and_long_numbers_stay_text(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD + "007,2,00000000000000000042,=1+1,,,\n")
    assert column(received, "loan_key") == ["007"]
    assert column(received, "item_key") == ["00000000000000000042"]
    assert column(received, "title") == ["=1+1"]


@pytest.mark.parametrize(
    "evil", ['x"; drop table raw.loan; --', "' or 1=1 --", "{{ 7 * 7 }}", "${HOME}", "../../etc", "a\nb"]
)
def test_evil_words_are_only_words(tmp_path: Path, evil: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*HEAD.strip().split(","), evil])
    writer.writerow(["1", "2", "b", evil, "", "", "", evil])
    received = loans(tmp_path).receive("a.csv", text.getvalue())
    assert column(received, "title") == [evil]
    assert received.dropped_columns == (" ".join(evil.split()),)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_reads_the_same(tmp_path: Path, ending: str) -> None:
    lines = [*(HEAD + '1,2,b,"x, y",,,\n2,2,b,z,,,\n').splitlines(), ""]
    received = loans(tmp_path).receive("a.csv", ending.join(lines))
    assert column(received, "title") == ["x, y", "z"]
    mixed = loans(tmp_path).receive("b.csv", "\r\n".join(lines[:2]) + "\n" + lines[2] + "\r")
    assert column(mixed, "title") == ["x, y", "z"]


def test_marks_are_plain_text_where_quote_is_none(tmp_path: Path) -> None:
    received = loans(tmp_path, quote="none", delimiter="tab").receive(
        "a.csv", (HEAD + '1,2,b,"x,,,\n2,2,b,5" disk,,,\n').replace(",", "\t")
    )
    assert column(received, "title") == ['"x', '5" disk']


def test_a_file_cut_at_any_byte_is_refused_or_accounted_for(tmp_path: Path) -> None:
    whole = (HEAD + '1,2,b,"馆, x",2025-09-08 10:00:00,,\n2,3,b,z,,,0\n').encode()
    campus = loans(tmp_path)
    outcomes = set()
    for end in range(len(whole) + 1):
        received = attempt(campus, whole[:end])
        if isinstance(received, str):
            outcomes.add("refused")
            continue
        assert received.warnings == (() if whole[:end].endswith(b"\n") else ("no final newline",))
        outcomes |= set(received.reasons) | {"warned"} if received.warnings else {"whole"}
    assert outcomes == {"refused", "truncated_last_line", "warned", "whole"}


def test_a_file_of_headings_alone_has_no_records(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD)
    assert (received.records, received.rows, rows(received)) == (0, 0, [])


CELLS = st.text(st.sampled_from("ab\",\n 馆0'="), max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(CELLS, CELLS), max_size=12))
def test_any_table_comes_through_as_the_standard_library_reads_it(tmp_path: Path, table: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEAD.strip().split(","))
    writer.writerows([str(number), "2", "b", title, "", "", other] for number, (title, other) in enumerate(table))
    received = loans(tmp_path).receive("a.csv", text.getvalue())
    assert column(received, "title") == [title.strip() or None for title, _ in table]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    position=st.integers(0, 140),
    length=st.integers(0, 3),
    insert=st.sampled_from(
        [b"", b'"', b"\n", b"\r", b",", b"\x00", b"\xff", b'""', b'"\n', b"\n\n", b"x", "馆".encode()]
    ),
)
def test_no_mutation_makes_a_record_disappear(tmp_path: Path, position: int, length: int, insert: bytes) -> None:
    whole = (
        HEAD + '1,2,b,"馆, x",2025-09-08 10:00:00,,\n2,3,b,"a ""b""",,,0\n3,4,b,c,,,1\n4,5,b,"d\ne",,,2\n'
    ).encode()
    campus = loans(tmp_path)
    outcome = attempt(campus, whole[:position] + insert + whole[position + length :])
    assert not isinstance(outcome, str) or "disagree" not in outcome
    assert not [name for name in leftovers(campus.campus) if not name.endswith(".parquet")]


@pytest.mark.parametrize("at", [1, 250, 500])
def test_a_nul_is_seen_in_whichever_block_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    monkeypatch.setattr(cells, "_BLOCK", 1 << 10)
    lines = [f"{number},2,b,t,,,\n" for number in range(1, 501)]
    lines[at - 1] = f"{at},2,b\0,t,,,\n"
    received = loans(tmp_path).receive("a.csv", HEAD + "".join(lines))
    assert (received.records, received.loaded) == (500, 499)
    assert rejects(received) == [(at, "", "nul_byte")]
