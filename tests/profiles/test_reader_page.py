"""A reader's page says what the portrait holds, kindly: no rank below the middle, no peers fewer than thirty, no reproach."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import reader_page, reader_words
from profiles.captions import Words
from profiles.charts.reader import spread_of
from profiles.group_words import peers
from profiles.reader_page import MEASURES, Reader, hills_of
from tests.pipelines.readers import reader

EVERY = {measure.name: None for measure in MEASURES} | {measure.percentile: None for measure in MEASURES}
BLANK = EVERY | dict.fromkeys(
    ["learning_growth", "top_class_share", "room_bookings", "breadth", "dwell_hours_total", "longest_streak_weeks"]
)


def person(**changes: Any) -> Reader:
    return Reader(BLANK | reader("a" * 32, **changes))


def group(size: int, name: str = "bachelor 2 humanities") -> pl.DataFrame:
    """People of one group with 1, 2, 3 … in every measure."""
    values = [float(value) for value in range(1, size + 1)]
    return pl.DataFrame({"peer_group": [name] * size} | {measure.name: values for measure in MEASURES})


def titles(found: list[dict[str, Any]]) -> list[str]:
    return [hill["title"] for hill in found]


def test_only_the_upper_half_is_compared() -> None:
    told = list(reader_page.hills(person(), hills_of(group(40), 30), "en"))
    assert titles(told) == ["Days in the library", "Hours in the library"]  # books stand at 0.30
    assert [hill["said"] for hill in told] == ["more than about 80% of peers", "more than about 60% of peers"]
    assert told[0]["median"] == "20.5 days"
    assert [said.en for said in reader_page.own_ways(person(), hills_of(group(40), 30))] == ["books borrowed: 8 loans"]


@pytest.mark.parametrize(("people", "hills"), [(29, 0), (30, 2)])
def test_fewer_than_thirty_peers_are_nobody_to_be_compared_with(people: int, hills: int) -> None:
    assert len(list(reader_page.hills(person(), hills_of(group(people), 30), "zh"))) == hills


def test_peers_of_whom_all_are_alike_make_no_hill() -> None:
    assert hills_of(group(40).with_columns(visit_days=pl.lit(0.0)), 30).keys() == {
        ("bachelor 2 humanities", measure.name) for measure in MEASURES[1:]
    }


def test_nought_is_above_nobody() -> None:
    """Where everybody has nought, the middle rank of each is one half."""
    told = reader_page.hills(person(visit_days=0, visit_percentile=0.5), hills_of(group(40), 30), "en")
    assert titles(list(told)) == ["Hours in the library"]


def test_a_hill_ends_before_the_last_peers() -> None:
    spread = spread_of(np.array([*range(99), 5000.0]))
    assert spread.reach == pytest.approx(94.05)
    assert (spread.median, spread.people) == (49.5, 100)
    assert max(spread.heights) == 1.0


@pytest.mark.parametrize(("share", "said"), [(0.5, 50), (0.549, 50), (0.81, 80), (0.999, 95)])
def test_a_place_is_rounded_down(share: float, said: int) -> None:
    (hill,) = (
        h
        for h in reader_page.hills(person(visit_percentile=share), hills_of(group(40), 30), "zh")
        if h["title"] == "到馆天数"
    )
    assert hill["said"] == f"超过约 {said}% 的同伴"


def test_a_term_forward_is_praised_and_a_term_back_is_not_mentioned() -> None:
    assert [said.en for said in reader_words.lead(person())] == [
        "You came on 6 more days than the term before.",
        "For 9 teaching weeks in a row you never missed one.",
    ]
    backward = person(visit_days_change=-6, loans_change=-2, longest_streak_weeks=2, terms_active=1)
    assert reader_words.lead(backward) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "You spent 62 hours in the library this term"),
        ({"presence_hours": None}, "You came to the library on 20 days this term"),
        ({"presence_hours": 3.0, "visit_days": 5}, "You took 8 books home this term"),
        ({"visit_days": 2, "loans": 1}, "The library's door stays open for you"),
        ({"visit_days": None, "loans": None}, "The library's door stays open for you"),
        ({"is_graduating": True}, "Before you go: 70 days in this library"),
    ],
)
def test_the_first_line_tells_what_there_is(changes: dict[str, Any], line: str) -> None:
    said = reader_words.headline(person(**changes))
    assert f"{said.before.en}{said.figure.en}{said.after.en}" == line


def test_who_came_little_reads_an_invitation() -> None:
    gentle = person(visit_days=1, loans=0, room_bookings=0)
    assert gentle.is_gentle
    assert [said.zh for said in reader_words.lead(gentle)] == ["这一页还空着大半，正好由你来写。"]
    assert [what.zh for what, _ in reader_words.steps(gentle)] == ["从一本薄书开始", "约一间研讨室", "找一个固定的座位"]


def test_a_badge_within_reach_says_how_far_it_is() -> None:
    known = [
        {"milestone": "loans_50", "number": 50, "label_en": "Fiftieth loan"},
        {"milestone": "loans_100", "number": 100, "label_en": "Hundredth loan"},
        {"milestone": "hundredth_visit_day", "number": 100, "label_en": "Hundredth day visited"},
    ]
    ahead = reader_page.ahead(person(), known, "en")
    assert [(badge["name"], badge["note"], badge["left"]) for badge in ahead] == [
        ("Fiftieth loan", "31 / 50", "19 loans to go"),
        ("Hundredth day visited", "70 / 100", "30 days to go"),
    ]


def test_the_shelf_keeps_the_largest_classes_and_puts_the_others_together() -> None:
    books = [
        {"class_scheme": "clc", "class_top": code, "label_en": code, "loans": loans}
        for code, loans in zip("ABCDEFGH", (1, 9, 2, 8, 3, 7, 4, 6), strict=True)
    ]
    told = reader_page.shelf(Reader(person().now, shelf=books), "en")
    assert [(part["name"], part["loans"]) for part in told] == [
        *(("B", 9), ("D", 8), ("F", 7), ("H", 6), ("G", 4), ("E", 3), ("Others", 3))
    ]


@pytest.mark.parametrize(
    ("borrowed", "zh", "en"),
    [
        (5, "5 册，2 个大类", "5 books of 2 main classes"),
        (
            7,
            "5 册，2 个大类；另有 2 册没有分类号，不在架上",
            "5 books of 2 main classes; 2 more bear no class and are not shown",
        ),
        (None, "5 册，2 个大类", "5 books of 2 main classes"),
    ],
)
def test_the_shelf_says_how_many_books_it_holds_and_how_many_not(borrowed: int | None, zh: str, en: str) -> None:
    books = [
        {"class_scheme": "clc", "class_top": code, "label_en": code, "term": term, "loans": loans}
        for code, term, loans in (("I", "1", 2), ("I", "2", 1), ("K", "2", 2))
    ]
    assert reader_words.shelf_words(Reader(person(loans_total=borrowed).now, shelf=books)) == Words(zh, en)


@pytest.mark.parametrize(
    ("value", "lang", "shown"), [(1, "en", "1 loan"), (0, "en", "0 loans"), (1.5, "en", "1.5 loans"), (1, "zh", "1 册")]
)
def test_one_is_one(value: float, lang: str, shown: str) -> None:
    assert reader_page.figure(value, "loans", lang) == shown


def test_a_term_that_was_not_measured_is_hatched_and_no_nought() -> None:
    terms = [
        {"label_en": f"Spring {2023 + i}", "visit_days": days, "presence_hours": None, "loans": None}
        | dict.fromkeys(["bookings", "resource_hours", "events_attended"])
        for i, days in enumerate((5, None, 7))
    ]
    (days,) = reader_page.growth(Reader(person().now, terms=terms), "en")
    assert days["title"] == "Days in the library"
    assert ">n/a</text>" in days["picture"]
    assert ">0</text>" not in days["picture"]


def test_a_graduate_reads_five_parts_and_nobody_else_does() -> None:
    firsts = [
        {"milestone": name, "reached_on": dt.date(2022, 9, day), "position": day, "label_zh": name, "value": 1}
        for day, name in ((7, "first_visit"), (9, "first_loan"))
    ]
    now = person(is_graduating=True, dwell_hours_total=321.6).now
    told = reader_words.chapters(Reader(now, milestones=firsts), [{"name": "文学", "loans": 26}])
    assert [chapter.title.zh for chapter in told] == ["初见", "书", "时光", "留下的", "再见"]
    assert told[0].text.zh == "有记录的第一次，是 2022-09-07，你走进图书馆。第一本借走的书，是在 2022-09-09。"
    assert told[2].text.en == "70 days here, 322 hours of them on record."
    assert reader_words.chapters(person(), []) == []


def test_a_farewell_alone_is_no_story() -> None:
    totals = {"loans_total": 0, "visit_days_total": 0, "dwell_hours_total": None, "terms_active": 0}
    assert reader_words.chapters(person(is_graduating=True, **totals), []) == []
    totals |= {"visit_days_total": 3}
    assert reader_words.chapters(person(is_graduating=True, **totals), []) == []
    totals |= {"loans_total": 2}
    told = reader_words.chapters(person(is_graduating=True, **totals), [])
    assert [chapter.title.zh for chapter in told] == ["书", "时光", "再见"]


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        (
            "bachelor 2 humanities",
            "人文社科本科二年级同学",
            "second-year undergraduate students in humanities and social sciences",
        ),
        ("doctor 4", "博士四年级同学", "fourth-year doctoral students"),
        ("master 12 law", "law硕士第 12 年同学", "year-12 master's students in law"),
        ("staff", "教职工", "staff"),
        ("everyone", "全校读者", "all readers"),
    ],
)
def test_peers_have_a_name(code: str, zh: str, en: str) -> None:
    assert (peers(code).zh, peers(code).en) == (zh, en)


MEASURED = st.one_of(st.none(), st.integers(0, 400))


@given(days=MEASURED, loans=MEASURED, share=st.one_of(st.none(), st.floats(0.001, 0.999)), change=st.integers(-90, 90))
def test_whatever_the_portrait_holds_no_rank_below_the_middle_is_told(
    days: int | None, loans: int | None, share: float | None, change: int
) -> None:
    anybody = person(
        visit_days=days, loans=loans, visit_percentile=share, loan_percentile=share, visit_days_change=change
    )
    told = [hill for hill in reader_page.hills(anybody, hills_of(group(40), 30), "zh") if hill["title"] != "在馆时长"]
    assert not told or (share or 0) >= 0.5
    for hill in told:
        assert int(hill["said"].split("%")[0].split()[-1]) >= 50
    assert all("-" not in said.en and "−" not in said.en for said in reader_words.lead(anybody))
