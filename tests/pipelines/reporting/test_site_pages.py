"""The pages about the data themselves: what each column means, and whether the checks held."""

import re

import pytest

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from pipelines.reporting.quality import strips
from pipelines.reports import read_template, render_page
from tests.pipelines.report_pages import dictionary, quality
from tests.pipelines.report_tables import CAMPUS


def test_the_dictionary_links_a_column_to_where_it_comes_from() -> None:
    html = render_page(read_template(REPORTS / "dictionary.html.j2"), dictionary(), CAMPUS)
    anchors, links = set(re.findall(r' id="([^"]+)"', html)), set(re.findall(r'href="#([^"]+)"', html))
    assert links - {"main"} <= anchors
    assert {"raw.loan", "clean.loan.loaned_on", "portrait.individual.loans"} <= anchors
    assert "3 张表，7 个字段" in html
    assert "select term, sum(loans) as loans" in html
    assert html.count(">pseudonym<") == 3


def test_the_dictionary_can_be_narrowed_to_a_layer_without_a_script() -> None:
    html = render_page(read_template(REPORTS / "dictionary.html.j2"), dictionary(), CAMPUS)
    for place in re.findall(r'id="only-(\d+)"', html)[1:]:
        assert f'<section data-layer="{place}">' in html
        assert f'section[data-layer]:not([data-layer="{place}"]) {{ display: none; }}' in html


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({}, "检查全部通过，1 项值得留意"),
        (quality(is_good=True), "检查全部通过"),
        (
            {"checks": [{"table": "clean.loan", "name": "x", "rule": "y", "broken_rows": 3}], "expectations": []},
            "1 项检查没有通过",
        ),
        ({"feeds": [], "rejects": [], "checks": [], "expectations": [], "coverage": []}, "检查全部通过"),
    ],
)
def test_the_quality_page_says_first_whether_the_checks_held(changes: dict, headline: str) -> None:
    html = render_page(read_template(REPORTS / "quality.html.j2"), quality() | changes, CAMPUS)
    assert f"<h1>{headline}</h1>" in html


@pytest.mark.parametrize(("ambiguous", "is_told"), [(0, False), (7, True)])
def test_records_of_a_card_that_two_people_hold_are_counted_there(ambiguous: int, is_told: bool) -> None:
    page = quality()
    page["feeds"][0]["ambiguous"] = ambiguous
    html = render_page(read_template(REPORTS / "quality.html.j2"), page, CAMPUS)
    assert ("joined to neither" in html, f"{ambiguous} records bear" in html) == (is_told, is_told)


def test_a_page_that_lacks_its_data_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"quality\.html\.j2: feeds was not given"):
        render_page(read_template(REPORTS / "quality.html.j2"), {"generated_for": ""}, CAMPUS)


def test_a_month_in_which_a_place_was_not_expected_is_blank_and_not_empty() -> None:
    def row(place: str, month: str, ok: int, none: int) -> dict:
        words = {"feed": "gate", "label_zh": "门禁", "label_en": "gates", "place": place, "month": month}
        return words | {"ok_days": ok, "partial_days": 0, "none_days": none}

    old, new = strips([row("old", "2025-12", 31, 0), row("old", "2026-01", 20, 11), row("new", "2026-01", 5, 0)])
    assert [month["ok_days"] + month["none_days"] for month in new["months"]] == [0, 5]
    assert [month["year"] for month in new["months"]] == ["2025", "2026"]
    assert (old["ok_days"], old["none_days"], new["ok_days"], new["none_days"]) == (51, 11, 5, 0)
    html = render_page(read_template(REPORTS / "quality.html.j2"), quality() | {"coverage": [new]}, CAMPUS)
    assert html.count('title="2026-01: 5 / 0 / 0"') == 1
    assert 'class="none"' not in html
