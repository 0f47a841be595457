"""What is said of reading: breadth, depth, own field, length of loans, each with its formula and its guard."""

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from statistics import fmean

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.models import Model
from tests.conftest import Build
from tests.drawn import shown

ROSTER = "patron_key | term\nann | spring\nbo | spring\nann | autumn"
COVERAGE = "feed | term | is_measured\nloan | spring | true\nloan | autumn | false"


def reading(build: Build, classes: str = "", **given: str) -> pl.DataFrame:
    """The reading of ann in spring, whose loans of each class are given as ``I2 3``."""
    lines = [
        f"ann | spring | lit | poetry | clc | {code[0]} | {code} | {loans}"
        for code, loans in (part.split() for part in classes.split(",") if part)
    ]
    heading = "patron_key | term | college | major | class_scheme | class_top | class_second | loans"
    given = {"ref__coverage_term": COVERAGE, "fact__roster": ROSTER} | given
    return build("fact.reading", fact__loan_class="\n".join([heading, *lines]), **given)


def of_ann(table: pl.DataFrame, *columns: str) -> tuple[float | None, ...]:
    (row,) = table.filter(patron_key="ann", term="spring").select(columns).rows()
    return tuple(row)


BREADTH = ("breadth", "breadth_hill_1", "breadth_hill_2", "breadth_evenness", "breadth_rarefied")
THREE_AND_TWO_ONES = -0.6 * math.log(0.6) - 0.4 * math.log(0.2)
NINE_AND_ONE = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)


@pytest.mark.parametrize(
    ("classes", "wanted"),
    [
        # Four equal shares: every order is 4.  Five of eight without both of a class: C(6, 5) / C(8, 5) = 6 / 56.
        ("I2 2, TP 2, K2 2, B84 2", (4, 4, 4, 1, 4 * (1 - 6 / 56))),
        # p = 3/5, 1/5, 1/5; order 2 is 25 / 11; all five are the sample of five.
        (
            "I2 3, TP 1, K2 1",
            (3, math.exp(THREE_AND_TWO_ONES), 25 / 11, THREE_AND_TWO_ONES / math.log(3), 3),
        ),
        # Nine and one: a sample of five lacks the one with C(9, 5) / C(10, 5) = 126 / 252.
        ("I2 9, TP 1", (2, math.exp(NINE_AND_ONE), 100 / 82, NINE_AND_ONE / math.log(2), 1.5)),
        ("I2 5", (1, 1, 1, None, 1)),  # one class alone is neither even nor uneven
        ("I2 3, TP 1", (2, None, None, None, None)),  # four loans are too few
        ("", (None, None, None, None, None)),
    ],
)
def test_breadth_follows_its_formulas_from_five_loans_on(
    build: Build, classes: str, wanted: tuple[float | None, ...]
) -> None:
    found = of_ann(reading(build, classes), *BREADTH)
    assert found == tuple(None if value is None else pytest.approx(value, abs=1e-6) for value in wanted)


Rarefied = Callable[[list[int]], float]


@pytest.fixture(scope="module")
def rarefied(models: dict[str, Model]) -> Iterator[Rarefied]:
    """The rarefied breadth of a reader with so many loans in each class."""
    model = models["fact.reading"]
    with duckdb.connect(":memory:") as connection:
        for table in sorted(model.reads):
            columns = ", ".join(f"{column.name} {column.type}" for column in models[table].columns)
            connection.execute(f"create schema if not exists {table.partition('.')[0]}")
            connection.execute(f"create table {table} ({columns})")
        connection.execute("insert into fact.roster by name select 'ann' as patron_key, 'spring' as term")
        connection.execute(
            "insert into ref.coverage_term by name select 'loan' as feed, 'spring' as term, true as is_measured"
        )

        def breadth(loans: list[int]) -> float:
            connection.execute("delete from fact.loan_class")
            lines = [[str(place), number] for place, number in enumerate(loans)]
            insert = "insert into fact.loan_class by name select 'ann' as patron_key, 'spring' as term, 'clc' as class_scheme, "
            connection.executemany(insert + "$1 as class_second, $2 as loans", lines)
            ((found,),) = connection.execute(f"select breadth_rarefied from ({model.text})").fetchall()
            return float(found)

        yield breadth


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).filter(lambda loans: 5 <= sum(loans) <= 9))
def test_rarefied_breadth_is_the_mean_number_of_classes_in_every_five_loans(
    rarefied: Rarefied, loans: list[int]
) -> None:
    shelf = [place for place, number in enumerate(loans) for _ in range(number)]
    every_five = [len(set(five)) for five in combinations(shelf, 5)]
    assert rarefied(loans) == pytest.approx(fmean(every_five), abs=1e-6)


def test_the_same_letters_in_two_classifications_are_two_classes(build: Build) -> None:
    table = build(
        "fact.reading",
        fact__roster=ROSTER,
        ref__coverage_term=COVERAGE,
        fact__loan_class="""
        patron_key | term   | college | major | class_scheme | class_top | class_second | loans
        ann        | spring | lit     | a     | clc          | T         | TP           | 2
        ann        | spring | lit     | b     | clc          | T         | TP           | 1
        ann        | spring | lit     | b     | lcc          | T         | TP           | 3
        """,
    )
    # Six loans, two classes of three each, though a change of major splits one of them.
    assert of_ann(table, "breadth", "breadth_hill_2", "diversity", "classed_loans") == (2, 2, pytest.approx(2), 6)


OWN = """
college | major  | class_scheme | class_second | field
lit     | poetry | clc          | I2           | own
lit     | poetry | clc          | TP           | other
lit     | poetry | clc          | Z2           | general
lit     | poetry | clc          | Q5           |
"""


@pytest.mark.parametrize(
    ("classes", "own", "cross"),
    [
        ("I2 3, TP 1, Z2 1", 3 / 5, 1 / 5),
        ("TP 6, Z2 2", 0, 6 / 8),
        ("I2 5", 1, 0),
        ("I2 3, TP 1", None, None),  # four loans
        ("I2 4, Q5 3", None, None),  # and four, where three were made under a college that lists no field
        ("Q5 9", None, None),
        ("", None, None),
    ],
)
def test_own_and_other_fields_are_shares_of_five_loans_and_more(
    build: Build, classes: str, own: float | None, cross: float | None
) -> None:
    table = reading(build, classes, fact__own_class=OWN)
    assert of_ann(table, "own_field_share", "cross_field_share") == (own, cross)


def test_what_was_not_measured_is_empty_and_what_was_not_done_is_zero(build: Build) -> None:
    table = reading(
        build,
        "I2 5",
        fact__own_class=OWN,
        fact__loan_month="patron_key | term | loans | renewals\nann | spring | 5 | 3\nann | spring | 0 |\nann | autumn | 5 | 1",
        fact__loan_term="""
        patron_key | term   | ended_loans | loan_days_median | depth_max_run | returns | open_at_term_start
        ann        | spring | 5           | 12.5             | 4             | 6       | 2
        ann        | autumn | 5           | 12.5             | 4             | 6       | 2
        """,
    )
    columns = ("patron_key", "term", "loan_days_median", "depth_max_run", "renewals", "returns", "own_field_share")
    assert shown(table, *columns) == {
        ("ann", "spring", "12.5", "4", "3", "6", "1.0"),
        ("bo", "spring", None, None, "0", "0", None),
        ("ann", "autumn", None, None, None, None, None),
    }


def test_renewals_are_unknown_where_the_system_does_not_say_and_zero_where_nothing_was_lent(build: Build) -> None:
    lines = "patron_key | term | loans | renewals\nann | spring | 2 |\nbo | spring | 0 |"
    table = reading(build, fact__loan_month=lines)
    assert shown(table.filter(term="spring"), "patron_key", "renewals") == {("ann", None), ("bo", "0")}


@pytest.mark.parametrize(("ended", "median"), [(4, None), (5, 12.5)])
def test_a_median_of_fewer_than_five_ended_loans_is_not_told(build: Build, ended: int, median: float | None) -> None:
    given = f"patron_key | term | ended_loans | loan_days_median\nann | spring | {ended} | 12.5"
    assert of_ann(reading(build, fact__loan_term=given), "loan_days_median") == (median,)


def test_what_was_out_at_the_start_is_known_only_where_the_term_before_was_measured(build: Build) -> None:
    table = build(
        "fact.reading",
        fact__roster="patron_key | term\nann | t1\nann | t2\nann | t3\nbo | t2\nann | t4",
        ref__term="term | starts_on\nt1 | 2025-02-01\nt2 | 2025-09-01\nt3 | 2026-02-01\nt4 | 2026-09-01",
        ref__coverage_term="feed | term | is_measured\nloan | t1 | true\nloan | t2 | true\nloan | t3 | false\nloan | t4 | true",
        fact__loan_term="patron_key | term | open_at_term_start\nann | t1 | 1\nann | t2 | 2\nann | t3 | 3\nann | t4 | 4",
    )
    assert shown(table, "patron_key", "term", "open_at_term_start") == {
        ("ann", "t1", None),
        ("ann", "t2", "2"),
        ("bo", "t2", "0"),
        ("ann", "t3", None),
        ("ann", "t4", None),
    }
