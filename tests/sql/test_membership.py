"""Groups: everyone is counted in their cohorts, and in one college, one major and one class, each within the other."""

import polars as pl
import pytest

from pipelines.paths import REFERENCE
from tests.drawn import shown

ROSTER = """
    patron_key | term | level_group   | stage               | college | major | class_group | discipline_group | is_exposed | is_new | is_graduating | is_extended
    ann        | now  | undergraduate | lower_undergraduate | 文学院  | 历史  | 1班         | humanities       | true       | true   | false         | false
    bo         | now  | undergraduate |                     | 理学院  | 历史  | 1班         |                  | true       |        | true          | false
    cy         | now  | postgraduate  | doctor              | 理学院  |       | 1班         | science          | true       | false  |               | true
    di         | now  | staff         | staff               | 理学院  |       |             | science          | true       | false  |               |
    ed         | now  | undergraduate | lower_undergraduate | 文学院  | 历史  | 1班         | humanities       | false      | true   | false         | false
"""


@pytest.fixture
def groups(build) -> pl.DataFrame:
    return build("fact.membership", fact__roster=ROSTER)


def of(groups: pl.DataFrame, patron: str) -> set[tuple[str | None, ...]]:
    return shown(groups.filter(patron_key=patron), "group_type", "group_code", "parent_code")


def test_a_class_is_within_its_major_its_college_and_the_university(groups):
    assert of(groups, "ann") == {
        ("cohort", "everyone", None),
        ("cohort", "undergraduate", None),
        ("cohort", "lower_undergraduate", None),
        ("cohort", "new", None),
        ("discipline", "humanities", "everyone"),
        ("college", "文学院", "everyone"),
        ("major", "文学院/历史", "文学院"),
        ("class", "文学院/历史/1班", "文学院/历史"),
    }


def test_what_is_unknown_puts_nobody_in_a_group(groups):
    assert of(groups, "bo") == {
        ("cohort", "everyone", None),
        ("cohort", "undergraduate", None),
        ("cohort", "graduating", None),
        ("college", "理学院", "everyone"),
        ("major", "理学院/历史", "理学院"),
        ("class", "理学院/历史/1班", "理学院/历史"),
    }
    assert {kind for kind, _, _ in of(groups, "cy")} == {"cohort", "discipline", "college"}


def test_postgraduates_are_told_apart_and_staff_are_one_cohort(groups):
    assert {code for kind, code, _ in of(groups, "cy") if kind == "cohort"} == {
        "everyone",
        "postgraduate",
        "doctor",
        "extended",
    }
    assert {code for kind, code, _ in of(groups, "di") if kind == "cohort"} == {"everyone", "staff"}


def test_whoever_is_away_is_in_no_group(groups):
    assert of(groups, "ed") == set()


def test_nobody_is_twice_in_a_kind_of_which_there_is_one(groups):
    assert groups.select("patron_key", "term", "group_type", "group_code").is_unique().all()
    single = groups.filter(pl.col("group_type") != "cohort")
    assert single.select("patron_key", "term", "group_type").is_unique().all()


def test_every_cohort_has_its_words(groups):
    named = set(pl.read_csv(REFERENCE / "cohort.csv")["cohort"])
    assert set(groups.filter(group_type="cohort")["group_code"]) <= named


def test_the_college_page_shows_few_of_the_cohorts():
    shown_there = pl.read_csv(REFERENCE / "cohort.csv").filter("is_shown")["cohort"].to_list()
    assert shown_there == ["undergraduate", "postgraduate", "new", "graduating", "staff", "other"]
