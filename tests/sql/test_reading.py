"""What is said of reading: breadth, depth, own field, length of loans, each with its formula and its guard."""

import csv
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
from pipelines.paths import REFERENCE
from profiles.demo.colleges import COLLEGES, majors
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


CALENDAR = "day | term\n2026-03-02 | spring\n2026-03-03 | spring\n2026-04-01 | spring\n2026-09-02 | autumn"


def test_a_chain_is_consecutive_loans_in_one_third_level_class(build: Build) -> None:
    table = build(
        "fact.loan_term",
        ref__calendar_day=CALENDAR,
        clean__loan="""
        loan_key | patron_key | loaned_on  | loaned_at           | class_scheme | class_second | class_third
        a        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | I2           | I24
        b        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | I2           | I24
        c        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | TP           | TP3
        d        | ann        | 2026-03-03 | 2026-03-03 09:00:00 | clc          | I2           | I24
        e        | ann        | 2026-03-03 | 2026-03-03 10:00:00 | clc          |              |
        f        | ann        | 2026-03-03 | 2026-03-03 11:00:00 | clc          | I2           | I24
        g        | ann        | 2026-04-01 | 2026-04-01 11:00:00 | clc          | I2           | I24
        h        | ann        | 2026-04-01 | 2026-04-01 12:00:00 | lcc          | I2           | I24
        i        | ann        | 2026-09-02 | 2026-09-02 12:00:00 | clc          | I2           | I24
        j        | bo         | 2026-03-02 | 2026-03-02 12:00:00 | clc          | D9           |
        k        | bo         | 2026-03-03 | 2026-03-03 12:00:00 | clc          | D9           |
        l        | cy         | 2026-03-03 | 2026-03-03 12:00:00 | clc          |              |
        """,
    )
    # Three at one moment stand in the order of their keys: a b | c | d f g, with e passed over; h is another scheme.
    assert shown(table, "patron_key", "term", "depth_max_run") == {
        ("ann", "spring", "3"),
        ("ann", "autumn", "1"),
        ("bo", "spring", "2"),
        ("cy", "spring", None),
    }


def test_lengths_returns_and_what_is_out_are_read_off_the_days(build: Build) -> None:
    table = build(
        "fact.loan_term",
        ref__calendar_day=CALENDAR,
        ref__horizon="as_of\n2026-06-30",
        ref__term="term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-05\nautumn | 2026-09-01 | 2027-01-10",
        clean__loan="""
        loan_key | patron_key | loaned_on  | loaned_at           | returned_at         | loan_days | status
        before   | ann        | 2026-01-10 | 2026-01-10 10:00:00 | 2026-03-02 08:00:00 | 51        | returned
        ended    | ann        | 2026-01-10 | 2026-01-10 10:00:00 | 2026-03-01 08:00:00 | 50        | returned
        lost     | ann        | 2026-01-10 | 2026-01-10 10:00:00 |                     |           | return_missing
        out      | bo         | 2026-01-10 | 2026-01-10 10:00:00 |                     |           | open
        short    | ann        | 2026-03-02 | 2026-03-02 10:00:00 | 2026-03-03 08:00:00 | 1         | returned
        long     | ann        | 2026-03-02 | 2026-03-02 10:00:00 | 2026-04-01 08:00:00 | 30        | returned
        open     | ann        | 2026-03-02 | 2026-03-02 10:00:00 |                     |           | open
        nobody   |            | 2026-03-02 | 2026-03-02 10:00:00 | 2026-04-01 08:00:00 | 30        | returned
        """,
    )
    columns = (
        "patron_key",
        "term",
        "ended_loans",
        "loan_days_median",
        "returns",
        "open_at_term_start",
        "open_at_term_end",
    )
    # Median of 1 and 30; three came back in spring; `ended` came back the day before it; autumn has not begun.
    assert shown(table, *columns) == {
        ("ann", "spring", "2", "15.5", "3", "1", "1"),
        ("bo", "spring", "0", None, "0", "1", "1"),
    }


def test_what_is_out_at_the_end_came_back_after_the_last_day_or_not_yet(build: Build) -> None:
    table = build(
        "fact.loan_term",
        ref__horizon="as_of\n2026-10-01",
        ref__term="term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-05\nautumn | 2026-09-01 | 2027-01-10",
        clean__loan="""
        patron_key | loaned_on  | returned_at         | status
        on_the_day | 2026-05-01 | 2026-07-05 20:00:00 | returned
        day_after  | 2026-05-01 | 2026-07-06 08:00:00 | returned
        never      | 2026-05-01 |                     | open
        lost       | 2026-05-01 |                     | return_missing
        now        | 2026-10-01 |                     | open
        """,
    )
    assert shown(table.filter(pl.col("open_at_term_end") > 0), "patron_key", "term", "open_at_term_end") == {
        ("day_after", "spring", "1"),
        ("never", "spring", "1"),
        ("never", "autumn", "1"),
        ("now", "autumn", "1"),
    }


ENROLMENT = """
patron_key | valid_from | valid_to   | college | major
ann        | 2025-09-01 | 2026-03-03 | lit     | poetry
ann        | 2026-03-03 | 9999-12-31 | eng     | machines
bo         | 2025-09-01 | 9999-12-31 | lit     |
"""
LENT = """
loan_key | patron_key | loaned_on  | class_scheme | class_top | class_second
a        | ann        | 2026-03-02 | clc          | I         | I2
b        | ann        | 2026-03-03 | clc          | I         | I2
c        | ann        | 2026-04-01 | clc          | I         | I1
d        | ann        | 2026-07-20 | clc          | I         | I2
e        | ann        | 2026-03-02 | clc          |           |
f        | bo         | 2026-03-02 | clc          | I         | I2
g        | zed        | 2026-03-02 | clc          | I         | I2
h        |            | 2026-03-02 | clc          | I         | I2
"""


def test_a_loan_belongs_to_the_major_of_its_day(build: Build) -> None:
    table = build("fact.loan_class", ref__calendar_day=CALENDAR, clean__enrolment=ENROLMENT, clean__loan=LENT)
    assert shown(table, "patron_key", "college", "major", "class_second", "loans") == {
        ("ann", "lit", "poetry", "I2", "1"),
        ("ann", "eng", "machines", "I2", "1"),
        ("ann", "eng", "machines", "I1", "1"),
        ("bo", "lit", "未知 unknown", "I2", "1"),
        ("zed", "未知 unknown", "未知 unknown", "I2", "1"),
    }


def test_a_college_s_month_holds_every_loan_of_somebody_in_vacations_too(build: Build) -> None:
    table = build("fact.college_loan_month", clean__enrolment=ENROLMENT, clean__loan=LENT)
    assert shown(table, "college", "month", "class_top", "loans", "borrowers") == {
        ("lit", "2026-03-01", "I", "2", "2"),
        ("lit", "2026-03-01", "未分类 unclassed", "1", "1"),
        ("eng", "2026-03-01", "I", "1", "1"),
        ("eng", "2026-04-01", "I", "1", "1"),
        ("eng", "2026-07-01", "I", "1", "1"),
        ("未知 unknown", "2026-03-01", "I", "1", "1"),
    }


FIELD = """
class_scheme | class_code | discipline
clc          | B          | 01
clc          | B84        | 04
clc          | B84        | 07
clc          | I          | 05
clc          | T          | 08
clc          | Z          | 00
"""
AFFINITY = """
college | major  | discipline
lit     |        | 05
lit     | logic  | 01
sci     |        | 07
"""


def own(build: Build, lines: list[str], **given: str) -> pl.DataFrame:
    heading = "patron_key | term | college | major | class_scheme | class_top | class_second | loans"
    known = {
        "ref__field": FIELD,
        "ref__affinity": AFFINITY,
        "ref__term": "term | starts_on\nspring | 2026-03-02\nold | 2023-03-01",
        "ref__horizon": "as_of\n2026-06-30",
    }
    return build("fact.own_class", fact__loan_class="\n".join([heading, *lines]), **known | given)


def test_a_field_is_that_of_the_nearest_name_of_class_and_of_major(build: Build) -> None:
    classes = [("B", "B2"), ("B", "B84"), ("I", "I2"), ("T", "TP"), ("Z", "Z2"), ("X", "X1")]
    units = [("lit", "poetry"), ("lit", "logic"), ("sci", "physics"), ("law", "law")]
    lines = [f"ann | spring | {c} | {m} | clc | {top} | {second} | 1" for c, m in units for top, second in classes]
    assert shown(own(build, lines), "college", "major", "class_second", "field") == {
        (c, m, second, field)
        for (c, m), fields in zip(
            units,
            [
                ("other", "other", "own", "other", "general", "general"),  # as the college
                ("own", "other", "other", "other", "general", "general"),  # B2 is 01, B84 is not; the college's 05 is not its own
                ("other", "own", "other", "other", "general", "general"),  # B84 is 04 and 07
                (None, None, None, None, None, None),
            ],
            strict=True,
        )
        for (_, second), field in zip(classes, fields, strict=True)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("readers", "others", "term", "lift", "field"),
    [
        (30, 30, "spring", 2.0, "own"),  # all of 30 loans are TP, as 30 of all 60 are: 1 / (1 / 2)
        (29, 29, "spring", 2.0, "other"),  # one reader too few
        (30, 29, "spring", 59 / 30, "other"),  # not twice the share
        (31, 90, "old", None, "other"),  # read more than three years ago
    ],
)
def test_readers_make_a_class_their_own_field(
    build: Build, readers: int, others: int, term: str, lift: float | None, field: str
) -> None:
    lines = [f"p{n} | {term} | lit | poetry | clc | T | TP | 1" for n in range(readers)]
    lines += [f"q{n} | {term} | sci | physics | clc | I | I2 | 1" for n in range(others)]
    (row,) = own(build, lines).filter(college="lit").select("borrowers", "lift", "field").rows()
    assert row == (readers if term == "spring" else 0, None if lift is None else pytest.approx(lift), field)


def test_many_loans_of_few_readers_do_not_make_a_field(build: Build) -> None:
    lines = ["ann | spring | lit | poetry | clc | T | TP | 90", "bo | spring | sci | physics | clc | I | I2 | 90"]
    assert shown(own(build, lines), "college", "field", "is_own_by_reading") == {
        ("lit", "other", "false"),
        ("sci", "other", "false"),
    }


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lists_name_every_main_class_and_every_college_of_the_demo() -> None:
    tops = {(row["class_scheme"], row["class_top"]) for row in rows("class")}
    assert len([top for scheme, top in tops if scheme == "clc"]) == 22
    assert {(row["class_scheme"], row["class_code"]) for row in rows("class")} >= tops
    fields = rows("field")
    # Of clc, G is named by its parts too; every main class has a line.
    assert {(row["class_scheme"], row["class_code"]) for row in fields} >= tops
    known = {major.name for _, major in majors()}
    assert {row["college"] for row in rows("affinity")} == {college.name for college in COLLEGES}
    assert {row["major"] for row in rows("affinity")} <= known | {""}


def test_every_second_class_of_the_list_is_one_that_a_call_number_can_say(build: Build) -> None:
    codes = [row["class_code"] for row in rows("class") if row["class_scheme"] == "clc"]
    numbers = {code: code.partition("/")[0] for code in codes}
    table = build(
        "clean.call_class",
        ref__site="class_scheme\nclc",
        raw__loan="\n".join(["loan_key | call_number", *(f"{n} | {number}" for n, number in enumerate(numbers.values()))]),
    )  # fmt: skip
    said = dict(table.select("call_number", "class_second").iter_rows())
    assert {code: said[number] for code, number in numbers.items()} == {code: code for code in codes}
