"""The pages beside the college report say what their tables hold, and leave out what was not measured."""

import re

import polars as pl
import pytest

from pipelines.paths import REPORTS
from pipelines.reports import document, groups, own_tables, read_template
from profiles import brief
from profiles.captions import SiteWords, Words
from tests.pipelines import page_tables
from tests.pipelines.report_tables import CAMPUS

NAMES = sorted(page_tables.TABLES)
TAG = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)


def page(name: str, lang: str, tables: dict[str, pl.DataFrame] | None = None, site: SiteWords = CAMPUS) -> str:
    template = read_template(REPORTS / f"{name}.html.j2")
    tables = tables or page_tables.of(name)
    (group,) = groups(template, tables)
    return document(template, group, own_tables(template, group, tables), site, lang).html


def text(html: str) -> str:
    return re.sub(r"\s+", " ", TAG.sub(" ", html))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_one_heading_and_its_language(name: str, lang: str) -> None:
    html = page(name, lang)
    assert html.count("<h1>") == 1
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in html
    assert html.count("<h2>") >= 2


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same_much(name: str) -> None:
    zh, en = (re.findall(r"<(h2|h3|tr|li)\b", page(name, lang)) for lang in ("zh", "en"))
    assert zh == en


@pytest.mark.parametrize("name", NAMES)
def test_no_chinese_stands_on_an_english_page_but_names_from_the_data(name: str) -> None:
    """Names of colleges and readers' buildings come in the language in which they are kept."""
    said = re.sub(r'<a [^>]*lang="zh-CN"[^>]*>.*?</a>', "", page(name, "en"))
    left = text(said)
    for own in ("经济学院", "法学院", "总馆", "轻声月", "示例大学图书馆"):
        left = left.replace(own, "")
    assert re.findall("[\u4e00-\u9fff]+", left) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_which_only_the_first_table_is_filled_leaves_sections_out(name: str) -> None:
    template = read_template(REPORTS / f"{name}.html.j2")
    first, *others = template.reads
    tables = {first: page_tables.of(name)[first]} | {table: page_tables.frame(table, []) for table in others}
    for lang in ("zh", "en"):
        html = page(name, lang, tables)
        assert len(re.findall("<h2>", html)) < len(re.findall("<h2>", page(name, lang))) or not others
        assert "None" not in text(html)
        assert re.findall(r"<tbody>\s*</tbody>", html) == []


def test_only_who_consented_has_a_score_on_the_study_list() -> None:
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page("study_list", "en"), re.DOTALL)
    told = [TAG.sub(" ", row) for row in rows if "School of Science" in row]
    assert len(told) == 6
    assert [("agreed to be named" in row, bool(re.search(r"\b(97|91)\b", row))) for row in told] == [
        (True, True),
        (False, False),
        (True, True),
    ] * 2


def test_the_formula_of_the_study_list_is_on_it() -> None:
    said = text(page("study_list", "en"))
    assert "Presence en × 1 + Reading en × 1" in said
    assert "A day（中） 5" in text(page("study_list", "zh"))


def test_newcomers_are_told_with_their_interval_and_the_year_before() -> None:
    said = text(page("freshmen", "en"))
    assert "By week 8, 24% of newcomers had used two services" in said
    assert "95% interval 21% to 27%. A year before it was 20%." in said


def test_a_year_before_that_was_measured_otherwise_is_not_compared_with() -> None:
    tables = page_tables.of("freshmen")
    about = tables["report.intake"].with_columns(earlier_activated=pl.lit(None, pl.Float64))
    assert "so there is no comparison" in text(page("freshmen", "en", tables | {"report.intake": about}))


def test_a_change_by_chance_is_not_told_as_one() -> None:
    said = text(page("visit_brief", "en"))
    assert "Days visited per head fell; members most wish for “seats en”" in said
    assert [part in said for part in ("−18% no", "+2% may be chance alone", "+30% too few people to tell")] == [
        True
    ] * 3


def test_open_promises_are_brought_along() -> None:
    assert "17 letters this term, 3 unanswered and 5 unfinished" in text(page("visit_brief", "en"))


def test_services_that_ask_for_a_decision_come_first() -> None:
    said = text(page("director", "en"))
    assert "Of 4 services: stop 1, fix 1, keep 1, cannot tell 1" in said
    order = [said.index(f" {name.capitalize()} en ") for name in ("stop", "fix", "keep", "cannot_tell")]
    assert order == sorted(order)
    assert "+8 pp 2 … 14" in said


def test_where_no_service_can_be_judged_the_relationship_comes_first() -> None:
    tables = page_tables.of("director")
    untold = tables["report.service_evaluation"].with_columns(verdict=pl.lit("cannot_tell"), reached=pl.lit(0))
    html = page("director", "en", tables | {"report.service_evaluation": untold})
    assert "<h1>Interaction, cohesion, collaboration and stability above the usual</h1>" in html
    assert "Whether it helped cannot be told yet of any of 4 services." in html
    assert "Of 4 more services nobody was written to this term" in html


def test_a_service_about_too_few_people_is_withheld() -> None:
    tables = page_tables.of("director")
    hidden = tables["report.service_evaluation"].with_columns(reached=pl.lit(None, pl.Int64))
    assert "fewer than 10 people: withheld" in text(
        page("director", "en", tables | {"report.service_evaluation": hidden})
    )


def test_scores_that_do_not_repeat_are_said_not_to() -> None:
    tables = page_tables.of("director")
    shaky = tables["portrait.relationship_validity"].with_columns(value=pl.lit(-0.2))
    said = text(page("director", "en", tables | {"portrait.relationship_validity": shaky}))
    assert "Of 4 axes that can be tested, 0 repeat well enough" in said


def test_the_four_figures_of_the_first_screen() -> None:
    (figures,) = re.findall(r'<ul class="key four">(.*?)</ul>', page("director", "en"), re.DOTALL)
    assert re.findall(r"<b>([\d.]+)", figures) == ["38", "42", "42", "3.62"]
    assert re.findall(r'<span class="name">(\w+)', figures) == ["Need", "Stickiness", "Participation", "Benefit"]


def test_every_figure_of_a_headline_stands_in_a_table_or_key() -> None:
    for name in NAMES:
        html = page(name, "en", site=SiteWords(name=Words("x", "x")))
        (headline,) = re.findall(r"<h1>(.*?)</h1>", html, re.DOTALL)
        rest = text(html.replace(headline, ""))
        for figure in re.findall(r"\d[\d.,]*\d%|\d+%", headline):
            assert figure in rest, (name, figure)


def test_services_about_too_few_people_stand_in_one_row_for_each_verdict() -> None:
    tables = page_tables.of("director")
    hidden = tables["report.service_evaluation"].with_columns(reached=pl.lit(None, pl.Int64))
    said = text(page("director", "en", tables | {"report.service_evaluation": hidden}))
    assert said.count("fewer than 10 people: withheld") == hidden["verdict"].n_unique()


@pytest.mark.parametrize(
    ("unanswered", "unfinished", "said"),
    [
        (None, 5, "17 letters this term, 5 unfinished: bring news of them."),
        (None, None, "17 letters this term: tell what came of them."),
        (0, 0, "17 letters this term: tell what came of them."),
    ],
)
def test_what_is_withheld_of_letters_is_neither_a_dash_nor_nothing(
    unanswered: int | None, unfinished: int | None, said: str
) -> None:
    promise = {"persons": 12, "raised": 17, "unanswered": unanswered, "unfinished": unfinished}
    assert brief.letters(promise).en == said


def test_a_change_is_that_of_the_figures_beside_it() -> None:
    """Exact means of 0.096 and 0.104 leave as the same 0.1: nothing has changed that can be seen."""
    row = {"mean_before": 0.1, "mean": 0.1, "relative_change": 0.44}
    assert brief.relative_change(row) == 0
    assert brief.relative_change(row | {"mean_before": 0.0}) is None
    assert brief.relative_change(row | {"mean": None}) is None
