"""The first screen is told by rule: large enough, from enough people, in numbers that the tables hold."""

import re

import pytest

from profiles import captions, remedies
from profiles.captions import SiteWords, Words
from profiles.findings import find
from profiles.narrative import tell

SITE = SiteWords(name=Words("馆", "Library"))
NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?%?")


def indicator(name: str = "loans", **changes: object) -> dict:
    row = {
        "indicator": name,
        "view": "reading_view",
        "position": 1,
        "label_zh": "人均借书",
        "label_en": "Loans per member",
        "unit": "loans",
        "better": "higher",
        "value": 6.0,
        "persons": 500,
        "median": 4.0,
        "lower_quartile": 3.0,
        "upper_quartile": 5.0,
        "place": 1,
        "colleges": 12,
        "previous": None,
        "change": None,
        "not_measured": None,
    }
    return row | changes


def told(indicators: list[dict], distribution: list[dict] | None = None, survey: list[dict] | None = None) -> dict:
    return {"indicators": indicators, "distribution": distribution or [], "survey": survey or []}


NO_SHOW = indicator(
    "no_show_rate",
    label_zh="预约爽约率",
    label_en="No-show rate",
    unit="share",
    better="lower",
    value=0.21,
    median=0.11,
    lower_quartile=0.09,
    upper_quartile=0.13,
    place=12,
    view="usage_view",
)
NEVER = {"band": "0", "persons": 90, "share": 0.22, "university_share": 0.12}
SEATS = {
    "item": "seats",
    "label_zh": "找到座位",
    "label_en": "Finding a seat",
    "persons": 230,
    "mean": 3.0,
    "scale_max": 5,
    "low_share": 0.36,
}


def test_the_headline_says_what_goes_well_and_what_does_not() -> None:
    story = tell(told([indicator(), NO_SHOW]), SITE)
    assert story.headline.zh == "人均借书好于多数学院，预约爽约率有待改善"
    assert story.headline.en == "Better than most colleges on loans per member; room to improve on no-show rate"


def test_a_need_quotes_value_median_and_place() -> None:
    story = tell(told([indicator(), NO_SHOW]), SITE)
    assert [need.zh for need in story.needs] == [
        "预约爽约率为 21%，高于中位数 11%，在 12 个学院中排第 12（越低越好）。"
    ]
    assert story.needs[0].en == "No-show rate: 21%, above the median of 11%, place 12 of 12 (lower is better)."


def test_what_moved_most_is_told_first_and_no_more_than_five() -> None:
    rows = [indicator(indicator=f"x{n}", value=10.0 + n, previous=10.0, change=float(n)) for n in range(1, 8)]
    story = tell(told(rows), SITE)
    assert len(story.changes) == 5
    assert story.changes[0].zh == "人均借书升至 17.0 册，比上年同期高 7.0 册。"


def test_a_service_that_reached_nobody_is_a_need_and_the_first_thing_to_do() -> None:
    service = {"label_zh": "选题指导", "label_en": "Advice on a topic", "persons": 45, "share": 0.23}
    service |= {"university_share": 0.18, "is_unreached": True}
    story = tell(told([indicator(), NO_SHOW]) | {"services": [service]}, SITE)
    assert story.needs[0].zh == "45 人可能需要“选题指导”，占适用者的 23%（全校 18%），本期还没有人联系过他们。"
    assert story.actions[0].what.en == "Arrange “Advice on a topic” with your librarian"
    quiet = tell(told([indicator()]) | {"services": [service | {"is_unreached": False, "share": 0.2}]}, SITE)
    assert quiet.needs == ()


@pytest.mark.parametrize(
    "ordinary",
    [
        {"value": 4.9},  # within the middle half
        {"value": 5.1, "median": 5.0, "upper_quartile": 5.05},  # outside it, but only by two per cent
        {"persons": 29},
        {"value": None, "persons": None},
        {"better": "neutral"},
        {"median": None, "lower_quartile": None, "upper_quartile": None, "place": None},
        {"previous": 5.8, "change": 0.2, "value": 4.5},
    ],
)
def test_noise_and_small_groups_make_no_finding(ordinary: dict) -> None:
    assert find(told([indicator(**ordinary)]), SITE) == []
    assert [item.kind for item in find(told([indicator()]), SITE)] == ["ahead"]


@pytest.mark.parametrize(("gap", "kinds"), [(0.029, []), (0.031, ["behind"])])
def test_a_gap_between_shares_must_reach_three_points(gap: float, kinds: list[str]) -> None:
    row = NO_SHOW | {"value": 0.11 + gap, "upper_quartile": 0.115}
    assert [item.kind for item in find(told([row]), SITE)] == kinds


def test_a_fall_in_something_bad_is_good() -> None:
    row = NO_SHOW | {"value": 0.12, "previous": 0.20, "change": -0.08}
    (finding,) = find(told([row]), SITE)
    assert (finding.kind, finding.is_good) == ("fall", True)
    assert finding.zh == "预约爽约率降至 12%，比上年同期低 8 个百分点。"


def test_a_rise_from_nothing_is_told_without_dividing_by_it() -> None:
    (finding,) = find(told([indicator(value=4.0, previous=0.0, change=4.0)]), SITE)
    assert finding.kind == "rise"


def test_members_who_never_came_and_unhappy_respondents_are_told() -> None:
    found = find(told([], [NEVER], [SEATS]), SITE)
    assert {item.kind: item.facts for item in found} == {
        "never_came": ("22%", "12%"),
        "dissatisfied": ("230", "36%"),
    }
    few = find(told([], [NEVER | {"persons": 12}], [SEATS | {"persons": 12}]), SITE)
    assert few == []


def test_three_actions_at_most_none_twice_worries_first() -> None:
    reads = [indicator(name, label_zh=name, value=1.0, place=12) for name in ("loans", "loan_reach", "breadth")]
    story = tell(told([*reads, NO_SHOW, indicator("dwell_minutes")], [NEVER], [SEATS]), SITE)
    advice = [action.what.zh for action in story.actions]
    assert len(advice) == len(set(advice)) == 3
    assert not any(text.startswith("把“") and "做法" in text for text in advice)
    assert all(action.why.zh and action.why.en for action in story.actions)


def test_what_goes_well_is_kept_where_nothing_goes_badly() -> None:
    (action,) = tell(told([indicator()]), SITE).actions
    assert action.what.en == "Write down what works for loans per member, and share it"


def test_an_unknown_indicator_gets_the_advice_of_its_view() -> None:
    assert remedies.remedy("behind", "xyz", Words("", ""), "growth_view") == remedies.BY_VIEW["growth_view"]
    assert remedies.remedy("behind", "xyz", Words("", ""), None) == remedies.LISTEN


def test_advice_holds_no_number() -> None:
    advice = [words for _, words in remedies.REMEDIES] + list(remedies.BY_VIEW.values())
    assert not [words for words in advice if re.search(r"\d", words.zh + words.en)]


@pytest.mark.parametrize(
    ("rows", "zh"),
    [
        (told([]), "本期没有可以公布的数字"),
        (told([indicator(value=None, persons=None)]), "本期没有可以公布的数字"),
        (told([indicator(value=4.5)]), "各项指标与全校水平相近"),
        (told([], [], [SEATS | {"low_share": 0.1}]), "读者对各项服务没有突出的不满"),
        (told([], [], [SEATS]), "找到座位有待改善"),
    ],
)
def test_a_page_without_findings_still_has_an_honest_headline(rows: dict, zh: str) -> None:
    assert tell(rows, SITE).headline.zh == zh


def test_headlines_stay_short_however_long_the_labels() -> None:
    long = {
        "label_zh": "每位在校成员每学期平均借阅纸本图书册数",
        "label_en": "Mean number of printed books per member a term",
    }
    worst = NO_SHOW | long | {"label_zh": "所有空间类型的预约之后未到馆签到比例"}
    headline = tell(told([indicator(**long), worst]), SITE).headline
    assert len(re.findall(r"[\u4e00-\u9fff]", headline.zh)) <= 30
    assert len(headline.en.split()) <= 20


def test_scores_do_not_depend_on_the_order_of_rows() -> None:
    rows = [indicator(), NO_SHOW, indicator("breadth", value=1.0, place=12)]
    assert tell(told(rows), SITE) == tell(told(rows[::-1]), SITE)


def test_every_number_told_is_a_fact_of_a_finding() -> None:
    for item in find(told([indicator(previous=3.0, change=3.0), NO_SHOW], [NEVER], [SEATS]), SITE):
        for sentence in (item.zh, item.en):
            numbers = {number.strip("+−%") for number in NUMBER.findall(sentence)}
            assert numbers <= {fact.strip("+−%") for fact in item.facts}, sentence


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("gate:0.77", "门禁数据只覆盖 77% 的开放日", "gates recorded on only 77% of open days"),
        ("gate", "缺门禁数据", "no gates data"),
        ("other:0.5", "other数据只覆盖 50% 的开放日", "other recorded on only 50% of open days"),
        (None, "未测得", "not measured"),
    ],
)
def test_why_a_figure_is_missing_is_said_in_words(code: str | None, zh: str, en: str) -> None:
    feeds = [{"feed": "gate", "label_zh": "门禁", "label_en": "Gates"}]
    assert captions.reason(code, feeds) == Words(zh, en)


def test_titles_stay_plain_where_nothing_differs() -> None:
    even = [{"label_zh": "轻度", "label_en": "Light", "share": 0.30, "university_share": 0.29}]
    assert captions.segment_title(even, SITE).zh == "读者构成与全校相近"
    assert captions.segment_title([even[0] | {"share": 0.35}], SITE).zh == "“轻度”占 35%，高于全校的 29%"
    assert captions.cohort_title([]).en == "Readers by status"
    assert captions.survey_title([SEATS]).en == "What readers say"
    assert captions.hour_title([]).zh == "一周的节奏"
    assert captions.indicator_title([indicator(), NO_SHOW]).en == "1 of 2 indicators is better than the median"


def test_other_sites_are_named_in_their_own_words() -> None:
    site = SiteWords(
        name=Words("铺", "Shop"), unit=Words("国籍", "Nationality"), whole=Words("全部读者", "All members")
    )
    assert site.units.en == "nationalities"
    assert site.own.zh == "本国籍"
    assert "国籍" in tell(told([indicator()]), site).headline.zh


def test_a_group_too_small_to_compare_is_said_to_be_so() -> None:
    story = tell(told([indicator(persons=12)]), SITE)
    assert story.headline.zh == "人数较少，差别可能只是偶然"
    assert story.changes == story.needs == ()
