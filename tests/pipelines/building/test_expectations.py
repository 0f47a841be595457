"""Great Expectations, asked on our own connection: right answers, nothing left behind, nobody's value told."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest

from pipelines.building import audit
from pipelines.building import expectations as module
from pipelines.building.expectations import Expectation, Outcome, expectations_of, judge
from pipelines.errors import Misconfigured

CANARY = "20231234567890"
ROWS = "select * from raw.visit"


@dataclass(frozen=True)
class Column:
    name: str
    is_required: bool = False


@dataclass(frozen=True)
class Contract:
    columns: Sequence[Column] = (Column("patron_key", is_required=True), Column("days"), Column("night_share"))
    expects: Sequence[tuple[str, Mapping[str, Any]]] = field(default_factory=tuple)
    table: str = "raw.visit"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Eight good rows and two bad ones, none of them committed."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.begin()
        connection.execute("create table raw.visit (patron_key varchar, days integer, night_share double)")
        connection.execute("insert into raw.visit select 'p' || i, i, 0.5 from range(8) t(i)")
        connection.execute(f"insert into raw.visit values (null, 400, 0.5), ('{CANARY}', 9, 1.5)")
        yield connection


def judged(connection: duckdb.DuckDBPyConnection, *expects: tuple[str, Mapping[str, Any]]) -> dict[str, Outcome]:
    outcomes = judge(connection, ROWS, expectations_of(Contract(expects=expects)), "raw.visit")
    return {outcome.check: outcome for outcome in outcomes}


def test_a_contract_alone_gives_expectations() -> None:
    assert [(each.check, each.severity) for each in expectations_of(Contract())] == [
        ("expect_table_columns_match_set", "critical"),
        ("expect_patron_key_values_not_be_null", "critical"),
        ("expect_night_share_values_be_between", "critical"),
    ]


def test_check_names_are_one_word_and_each_is_its_own() -> None:
    twice = ("ColumnValuesToBeBetween", {"column": "days", "max_value": 7})
    both = ("ColumnPairValuesAToBeGreaterThanB", {"column_A": "days", "column_B": "night_share"})
    checks = [each.check for each in expectations_of(Contract(expects=(twice, twice, both)))]
    assert checks[3:] == [
        "expect_days_values_be_between",
        "expect_days_values_be_between_again_1",
        "expect_days_night_share_pair_values_a_be_greater_than_b",
    ]


def test_rows_that_are_not_committed_are_judged_in_counts(connection: duckdb.DuckDBPyConnection) -> None:
    outcomes = judged(connection, ("ColumnValuesToBeBetween", {"column": "days", "max_value": 366}))
    assert outcomes["expect_table_columns_match_set"].passed
    found = {check: (each.passed, each.unexpected_count, each.element_count) for check, each in outcomes.items()}
    assert found["expect_patron_key_values_not_be_null"] == (False, 1, 10)
    assert found["expect_night_share_values_be_between"] == (False, 1, 10)
    assert found["expect_days_values_be_between"] == (False, 1, 10)


def test_good_rows_pass(connection: duckdb.DuckDBPyConnection) -> None:
    """The control: the same expectations, without the two bad rows."""
    connection.execute("delete from raw.visit where patron_key is null or night_share > 1")
    outcomes = judged(connection, ("ColumnValuesToBeBetween", {"column": "days", "max_value": 366}))
    assert all(outcome.passed for outcome in outcomes.values())


def test_the_transaction_stays_the_callers(connection: duckdb.DuckDBPyConnection) -> None:
    judged(connection)
    connection.rollback()
    assert connection.execute("select * from duckdb_tables()").fetchall() == []
    assert connection.execute("select * from duckdb_views() where not internal").fetchall() == []


def test_a_missing_column_of_the_contract_is_noticed(connection: duckdb.DuckDBPyConnection) -> None:
    outcomes = judge(connection, "select * exclude (days) from raw.visit", expectations_of(Contract()), "raw.visit")
    assert not outcomes[0].passed


def test_severity_is_as_the_header_says(connection: duckdb.DuckDBPyConnection) -> None:
    settings = {"column": "patron_key", "mostly": 0.95, "severity": "warning"}
    found = judged(connection, ("ColumnValuesToNotBeNull", settings))["expect_patron_key_values_not_be_null_again_1"]
    assert (found.passed, found.severity) == (False, "warning")
    assert found.description == "patron_key: values to not be null, mostly 0.95"
    enough = judged(connection, ("ColumnValuesToNotBeNull", {**settings, "mostly": 0.9}))
    assert enough["expect_patron_key_values_not_be_null_again_1"].passed


def test_how_many_is_told_and_what_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    outcomes = judged(
        connection,
        ("TableRowCountToBeBetween", {"min_value": 1}),
        ("ColumnMaxToBeBetween", {"column": "days", "max_value": 366}),
    )
    assert outcomes["expect_table_row_count_be_between"].observed == 10
    worst = outcomes["expect_days_max_be_between"]
    assert (worst.passed, worst.observed) == (False, None)


def test_no_value_of_a_reader_is_told(
    connection: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    outcomes = judged(
        connection,
        ("ColumnValuesToBeInSet", {"column": "patron_key", "value_set": ["p1"]}),
        ("ColumnDistinctValuesToBeInSet", {"column": "patron_key", "value_set": ["p1"]}),
        ("ColumnMaxToBeBetween", {"column": "days", "max_value": 3}),
        ("ColumnValuesToBeUnique", {"column": "patron_key"}),
    )
    assert CANARY not in repr(outcomes) + caplog.text + "".join(capfd.readouterr())


MISREAD = "select if(patron_key = 'p3', patron_key::integer, days) as days from raw.visit"
"""DuckDB says that ‘p3’ is no number, and Great Expectations repeats it."""


def test_a_question_that_fails_is_one_line_without_a_value(
    connection: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = [Expectation("ColumnValuesToBeBetween", {"column": "days", "max_value": 3}, "few_days")]
    with pytest.raises(Misconfigured, match="cannot be asked: days: values to be between, max value 3 — ") as told:
        judge(connection, MISREAD, expected, "raw.visit")
    said = repr(told.value) + repr(told.value.__cause__) + caplog.text + "".join(capfd.readouterr())
    assert "\n" not in str(told.value)
    assert "'p3'" not in said
    assert "Could not convert" not in said


def test_left_to_itself_great_expectations_would_tell_the_value(connection: duckdb.DuckDBPyConnection) -> None:
    """The control: what its own result says to the same question."""
    connection.commit()  # or a failed transaction is all that it tells of the second try
    expected = Expectation("ColumnValuesToBeBetween", {"column": "days", "max_value": 3}, "few_days")
    results = module._validate(connection, MISREAD, [module._built(expected, "raw.visit", ["days"])])
    assert "Could not convert string" in repr([result.exception_info for result in results])


@pytest.mark.parametrize(("query", "most"), [("select i as days from range(5000) t(i)", 1), ("", 5000)])
def test_the_rows_that_are_judged_never_come_into_memory(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, query: str, most: int
) -> None:
    """The control: a cursor that does not know the query fetches all of it."""
    rows = "select i as days from range(5000) t(i)"
    sizes: list[int] = []
    monkeypatch.setattr(module, "borrowing", lambda given, _: audit.borrowing(given, query))
    execute = audit.Cursor.execute

    def noted(cursor: audit.Cursor, *asked: Any) -> None:
        execute(cursor, *asked)
        sizes.append(len(cursor._rest))

    monkeypatch.setattr(audit.Cursor, "execute", noted)
    judge(connection, rows, [Expectation("ColumnValuesToNotBeNull", {"column": "days"}, "days")], "raw.visit")
    assert max(sizes) == most


@pytest.mark.parametrize(
    ("expects", "words"),
    [
        (("ColumnValueToNotBeNull", {"column": "days"}), "did you mean ‘ColumnValuesToNotBeNull’"),
        (("ColumnValuesToNotBeNull", {"colum": "days"}), "no setting ‘colum’ — did you mean ‘column’"),
        (("ColumnValuesToNotBeNull", {"column": "day"}), "no column ‘day’ — did you mean ‘days’"),
        (("ColumnValuesToNotBeNull", {"column": "days", "mostly": 95}), "mostly"),
        (("ColumnValuesToNotBeNull", {"column": "days", "severity": "warn"}), "did you mean ‘warning’"),
    ],
)
def test_a_slip_of_the_pen_names_its_place(
    connection: duckdb.DuckDBPyConnection, expects: tuple[str, Mapping[str, Any]], words: str
) -> None:
    with pytest.raises(Misconfigured, match=words) as told:
        judged(connection, expects)
    assert str(told.value).startswith(f"raw.visit: expect {expects[0]}")
    assert "\n" not in str(told.value)


def test_nothing_expected_is_nothing_to_judge(connection: duckdb.DuckDBPyConnection) -> None:
    assert judge(connection, ROWS, [], "raw.visit") == []


def test_outcomes_come_in_the_order_they_were_expected(connection: duckdb.DuckDBPyConnection) -> None:
    expected = [
        Expectation("TableRowCountToBeBetween", {"min_value": 1}, "b"),
        Expectation("ColumnValuesToNotBeNull", {"column": "days"}, "c"),
        Expectation("TableColumnCountToEqual", {"value": 3}, "a"),
    ]
    assert [(o.check, o.passed) for o in judge(connection, ROWS, expected, "raw.visit")] == [
        ("b", True),
        ("c", True),
        ("a", True),
    ]


def test_two_connections_are_kept_apart(connection: duckdb.DuckDBPyConnection) -> None:
    expected = [Expectation("TableRowCountToEqual", {"value": 10}, "ten_rows")]
    with duckdb.connect() as other:
        other.execute("create schema raw; create table raw.visit as select 1 as days")
        assert not judge(other, ROWS, expected, "raw.visit")[0].passed
    assert judge(connection, ROWS, expected, "raw.visit")[0].passed
