"""Charts say what their rows say, and what is unknown never looks like a number."""

import re
from itertools import combinations, pairwise

import pytest

from profiles.charts import figures, kit
from profiles.charts.heat import busiest, heat
from profiles.charts.parts import columns, level, mix
from profiles.charts.peers import likert, subjects
from profiles.charts.strip import is_ahead, scale, strip
from profiles.charts.trend import trend

INDICATOR = {
    "value": 30.0,
    "median": 20.0,
    "lower_quartile": 15.0,
    "upper_quartile": 25.0,
    "others": "10.0|20.0|40.0",
    "unit": "days",
    "better": "higher",
    "not_measured": None,
}


def of_terms(*values: float | None) -> list[dict]:
    known = {"median": 20.0, "lower_quartile": 15.0, "upper_quartile": 25.0}
    unknown = dict.fromkeys(known)
    return [
        INDICATOR
        | (unknown if value is None else known)
        | {"value": value, "term_position": place, "term_label_zh": f"{place} 期", "term_label_en": f"term {place}"}
        for place, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (61.34, "visits", "61.3 次", "61.3 visits"),
        (0.784, "share", "78.4%", "78.4%"),
        (1234.0, "minutes", "1,234 分钟", "1,234 minutes"),
        (0.284, "bookings", "0.28 次", "0.28 bookings"),
        (0.46, "index", "0.46", "0.46"),
        (None, "days", "—", "—"),
    ],
)
def test_an_amount_is_printed_the_same_way_everywhere(value: float | None, unit: str, zh: str, en: str) -> None:
    assert figures.amount(value, unit, "zh") == zh
    assert figures.amount(value, unit, "en") == en


@pytest.mark.parametrize(
    ("change", "unit", "beside", "expected"),
    [
        (0.86, "days", 17.0, "+0.9"),
        (-3.0, "days", 17.0, "−3.0"),
        (0.116, "share", 0.5, "+11.6 pp"),
        (0.0, "days", 17.0, "0.0"),
        (-0.00001, "share", 0.5, "0.0 pp"),
    ],
)
def test_a_change_carries_its_sign_and_never_a_signed_nought(
    change: float, unit: str, beside: float, expected: str
) -> None:
    assert figures.signed(change, unit, "en", beside) == expected


def test_a_unit_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="unit furlongs is not known — use one of days, visits"):
        figures.amount(1.0, "furlongs", "en")


def test_right_is_better_also_where_lower_is_better() -> None:
    def dot(row: dict) -> float:
        return float(re.search(r'<circle cx="([\d.]+)"', strip(row, lang="en", width=200))[1])

    assert dot(INDICATOR) > 100
    assert dot(INDICATOR | {"better": "lower"}) < 100
    assert dot(INDICATOR | {"value": 20.0}) == 100


def test_a_strip_without_enough_groups_has_neither_median_nor_band() -> None:
    few = INDICATOR | {"median": None, "lower_quartile": None, "upper_quartile": None, "others": None}
    assert "<rect" not in strip(few, lang="zh")
    assert strip(few, lang="zh").count("<line") == 1
    assert strip(INDICATOR, lang="zh").count("<line") == 1 + 3 + 1


def test_one_outlier_does_not_flatten_the_others() -> None:
    wild = strip(INDICATOR | {"others": "19.0|21.0|5000.0"}, lang="en", width=200)
    ticks = sorted(float(x) for x in re.findall(r'<line x1="([\d.]+)"[^>]*stroke="#7A8A93"', wild))
    assert ticks[1] - ticks[0] > 5


@pytest.mark.parametrize(
    ("value", "better", "expected"),
    [(30, "higher", True), (30, "lower", False), (10, "lower", True), (30, "neutral", None), (20, "higher", None)],
)
def test_ahead_follows_what_is_better(value: float, better: str, expected: bool | None) -> None:
    assert is_ahead(INDICATOR | {"value": value, "better": better}) is expected


def own_line(drawn: str) -> str:
    return re.search(r'<path d="([^"]+)" stroke="#0B5563" stroke-width="2.6"', drawn)[1]


def texts(drawn: str) -> list[str]:
    return re.findall(r"<t(?:ext|span)[^>]*>([^<]+)<", drawn)


def test_a_term_that_was_not_measured_breaks_the_line_instead_of_falling_to_nought() -> None:
    whole, broken = trend(of_terms(20, 22, 24, 26), lang="en"), trend(of_terms(20, 22, None, 26), lang="en")
    assert own_line(whole).count("M") == 1
    assert own_line(broken).count("M") == 2
    assert "withheld" in texts(broken)
    assert "withheld" not in texts(whole)
    assert "term 2 missing" in broken
    assert "term 2 0" not in broken


def test_a_gap_says_whether_it_was_not_measured_or_is_withheld() -> None:
    rows = of_terms(20, None, 24)
    rows[1]["not_measured"] = "gate:0.77"
    assert "not measured" in texts(trend(rows, lang="en"))
    assert "未测得" in "".join(texts(trend(rows, lang="zh")))


def test_the_end_of_a_trend_is_its_last_value_beside_the_median() -> None:
    drawn = trend(of_terms(20, 22, 20.1), lang="en")
    ends = dict(re.findall(r'<text text-anchor="start" transform="translate\([\d.]+,([\d.]+)\)"[^>]*>([^<]+)<', drawn))
    assert set(ends.values()) == {"20.1", "20.0"}
    first, second = map(float, ends)
    assert abs(first - second) >= 13


def test_forty_three_terms_keep_four_labels() -> None:
    drawn = trend(of_terms(*range(1, 44)), lang="zh")
    assert texts(drawn).count("期") == 4
    assert drawn.count('stroke="#FFFFFF"') == 1


HOURS = [
    {"weekday": 1, "hour": 9, "visits_per_week": 12.0},
    {"weekday": 3, "hour": 19, "visits_per_week": 40.0},
    {"weekday": 3, "hour": 20, "visits_per_week": None},
]


def test_the_heat_map_outlines_the_busiest_hour_and_hatches_what_is_withheld() -> None:
    drawn = heat(HOURS, lang="en")
    assert "most on Wednesday at 19:00, 40.0 visits" in drawn
    assert busiest(HOURS) == HOURS[1]
    assert kit.HATCH in drawn
    assert kit.HATCH not in heat(HOURS[:2], lang="en")
    assert drawn.count(f'stroke="{kit.GRID}"') == 7 * 12, "an hour without any record keeps an empty frame"
    assert heat(HOURS[2:], lang="en") == ""


def test_equally_busy_hours_give_the_earliest_whatever_their_order() -> None:
    tied = [{"weekday": day, "hour": 9, "visits_per_week": 5.0} for day in (4, 2, 6)]
    assert busiest(tied) == busiest(tied[::-1]) == tied[1]


def test_a_mix_prints_its_shares_and_keeps_both_bars_in_one_order() -> None:
    rows = [{"share": 0.6, "university_share": 0.5}, {"share": 0.4, "university_share": 0.5}]
    drawn = mix(rows, own="本学院", whole="全校")
    assert re.findall(r">(\d+%)<", drawn) == ["60%", "40%", "50%", "50%"]
    fills = re.findall(r'<path d="[^"]+" fill="(#\w+)"', drawn)
    assert fills[:2] == fills[2:]


def test_a_withheld_band_is_hatched_and_not_nought() -> None:
    rows = [
        {"band": "0", "position": 0, "share": 0.4, "university_share": 0.3},
        {"band": "1-4", "position": 1, "share": None, "university_share": None},
    ]
    drawn = columns(rows, lang="en")
    assert re.findall(r'font-weight="600"[^>]*>([^<]+)<', drawn) == ["40%"]
    assert kit.HATCH in drawn


def test_a_survey_margin_stays_on_its_scale() -> None:
    item = {"mean": 4.9, "half_width": 0.5, "scale_max": 5, "university_mean": None}
    box = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', scale(item, lang="en", width=260))
    assert float(box[1]) + float(box[2]) <= 251
    assert level(1.7).count('width="120"') == 3


@pytest.mark.parametrize("hostile", ["<script>", '" onload="x', "a\x00b", "\u202egnp.exe", "\ud800", "]]>", "&amp;"])
def test_text_on_a_canvas_never_becomes_markup(hostile: str) -> None:
    canvas = kit.Canvas(10, 10, hostile)
    canvas.text(0, 0, hostile)
    drawn = canvas.markup()
    assert re.findall(r"<(\w+)", drawn) == ["svg", "text"]
    assert re.findall(r' ([\w-]+)="', drawn)[5:] == ["x", "y", "font-size", "fill"]
    assert not re.search("[\x00\u202e\ud800]", drawn)


def test_clipping_counts_chinese_as_wide() -> None:
    assert kit.clip("经济学院", 4) == "经济学院"
    assert kit.clip("公共卫生学院", 4) == "公共卫…"
    assert kit.clip("economics", 6) == "economics"


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_is_legible_on_every_colour_that_carries_it() -> None:
    pairs = [*kit.PARTS, (kit.MUTED, kit.PAPER), (kit.ACCENT_TEXT, "#FBF0E4"), (kit.MUTED, "#F3F6F6")]
    assert {pair: round(contrast(*pair), 1) for pair in pairs if contrast(*pair) < 4.5} == {}
    assert contrast(kit.ACCENT, kit.PAPER) < 4.5  # why the accent never carries text


def test_neighbouring_parts_can_be_told_apart() -> None:
    fills = [fill for fill, _ in kit.PARTS]
    assert len(set(fills)) == len(fills)
    neighbours = [contrast(one, other) for one, other in pairwise(fills)]
    assert min(neighbours) > 1.25
    assert all(one != other for one, other in combinations(kit.SEQUENCE, 2))


SUBJECT = {"label_zh": "法律", "label_en": "Law", "location_quotient": 4.0, "share_in_group": 0.2}


def test_a_subject_read_four_times_as_often_lies_as_far_right_as_one_read_a_fourth_lies_left() -> None:
    drawn = subjects([SUBJECT, SUBJECT | {"label_en": "Art", "location_quotient": 0.25}], lang="en")
    lines = [
        (float(x), float(length))
        for x, length in re.findall(
            r'<line transform="translate\(([\d.]+),[\d.]+\)" x2="(-?[\d.]+)" y2="0" stroke="#(?:0B5563|E07A1F)"', drawn
        )
    ]
    assert [round(abs(length)) for _, length in lines] == [round(abs(lines[0][1]))] * 2
    assert lines[0][1] * lines[1][1] < 0
    assert {"4.0×", "0.2×"} <= set(texts(drawn)) or {"4.0×", "0.3×"} <= set(texts(drawn))


def test_answers_that_are_withheld_are_hatched() -> None:
    row = {"label_zh": "座位", "label_en": "Seats", "top2_share": 0.6, "low_share": 0.1}
    drawn = likert([row, row | {"label_en": "Staff", "top2_share": None, "low_share": None}], lang="en")
    assert {"60%", "30%"} <= set(texts(drawn))
    assert kit.HATCH in drawn
    assert kit.HATCH not in likert([row], lang="en")


def test_a_chart_carries_no_id_so_that_any_number_can_stand_in_one_page() -> None:
    for drawn in (trend(of_terms(20, None, 24), lang="zh"), heat(HOURS, lang="zh"), subjects([SUBJECT], lang="zh")):
        assert not re.search(r" id=|url\(|href|class=|<style|<script", drawn)
    assert trend(of_terms(20, None, 24), lang="zh") == trend(of_terms(20, None, 24), lang="zh")
