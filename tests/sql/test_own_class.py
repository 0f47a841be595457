"""Which classes of books are a major's own: by the list, and by what its readers borrow."""

import csv

import polars as pl
import pytest

from pipelines.paths import REFERENCE
from profiles.demo.colleges import COLLEGES, majors
from tests.conftest import Build
from tests.drawn import shown

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
