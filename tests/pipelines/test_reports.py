"""A template describes itself and becomes pages that stand alone and say only what their tables hold."""

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from pipelines.reporting.recipients import LIBRARY
from pipelines.reporting.report_files import write_documents
from pipelines.reports import (
    Template,
    groups,
    own_tables,
    read_template,
    read_templates,
    render,
    render_page,
    whose,
)
from profiles.captions import Words
from tests.drawn import drawn, shown
from tests.pipelines.report_pages import quality, shelves, small
from tests.pipelines.report_tables import CAMPUS, LENDING, campus, lending, survey_only
from tests.pipelines.told import NUMBER, Told

pytestmark = pytest.mark.usefixtures("undrawn")
NAMES = [
    "college",
    "data_use",
    "dictionary",
    "director",
    "freshmen",
    "graduates",
    "quality",
    "study_list",
    "visit_brief",
]
HEADER = "{# 小报 | Small report | one line #}"
NO_PORTRAITS = "There are no portraits yet: they need an export of enrolment."


@pytest.fixture(scope="module")
def college() -> Template:
    return read_template(REPORTS / "college.html.j2")


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return campus()


@pytest.fixture(scope="module")
def page(college: Template, tables: dict[str, pl.DataFrame]) -> str:
    return render(college, {"college": "经济学院"}, tables, CAMPUS, "zh")


def test_the_opening_comment_says_what_a_report_is(college: Template) -> None:
    assert (college.name, college.title, college.one_per) == (
        "college",
        Words("学习行为分析报告", "College report"),
        "college",
    )
    assert college.reads[:2] == ("report.college", "report.indicator")
    assert [template.name for template in read_templates()] == NAMES
    assert [template.name for template in read_templates() if template.is_for_site] == [
        "data_use",
        "dictionary",
        "quality",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>no comment</p>", "begin the template with a comment"),
        ("{# 小报 | Small | x #}", "a line “reads: …”"),
        ("{# 小报 | Small | x\nreads: report.x #}", "a line “one per: …”"),
        ("{# Small\nreads: report.x\none per: x #}", "a title"),
    ],
)
def test_a_template_that_does_not_say_enough_is_refused_in_one_line(tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "small.html.j2"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as refused:
        read_template(path)
    assert wanted in str(refused.value)
    assert str(refused.value).startswith("small.html.j2: ")
    assert "\n" not in str(refused.value)


def test_another_report_is_one_more_file(tmp_path: Path) -> None:
    template = small(tmp_path, "<p>{{ group }}: {{ amount(rows('report.shelf')[0].loans, 'loans') }}</p>")
    books = pl.DataFrame({"shelf": ["A", "B"], "loans": [1.5, 12.0]})
    out = shelves(tmp_path / "out")
    write_documents(template, {"report.shelf": books}, out, CAMPUS)
    assert (out.of("shelf", "B") / "small.en.html").read_text(encoding="utf-8") == "<p>B: 12.0 loans</p>"
    assert (out.of("shelf", "A") / "small.zh.html").read_text(encoding="utf-8") == "<p>A: 1.5 册</p>"
    assert (out.of("shelf", "A") / "index.zh.html").is_file()


def test_rows_of_no_group_have_no_page(tmp_path: Path) -> None:
    books = pl.DataFrame({"shelf": ["A", None], "loans": [1.5, 12.0]})
    assert groups(small(tmp_path, ""), {"report.shelf": books}) == ["A"]
    written = write_documents(
        small(tmp_path, "{{ group }}"), {"report.shelf": books}, shelves(tmp_path / "out"), CAMPUS
    )
    pages = [path.name for path in written if path.name.startswith("small") and path.suffix == ".html"]
    assert pages == ["small.zh.html", "small.en.html"]


def test_a_template_must_name_what_it_reads(tmp_path: Path) -> None:
    tables = {"report.shelf": pl.DataFrame({"shelf": ["A"]}), "report.other": pl.DataFrame()}
    with pytest.raises(Misconfigured, match=r"uses report\.other without naming it"):
        render(small(tmp_path, "{{ rows('report.other') }}"), {"shelf": "A"}, tables, CAMPUS, "zh")
    with pytest.raises(Misconfigured, match=r"reads report\.gone, which was not made"):
        render(small(tmp_path, "", reads="report.gone"), {"shelf": "A"}, tables, CAMPUS, "zh")
    with pytest.raises(Misconfigured, match="has no column shelf"):
        write_documents(small(tmp_path, ""), {"report.shelf": pl.DataFrame({"room": ["A"]})}, shelves(tmp_path), CAMPUS)


def test_a_page_shows_its_own_group_only(tmp_path: Path) -> None:
    template = small(tmp_path, "{% for row in rows('report.shelf') %}{{ row.title }},{% endfor %}")
    shelves = pl.DataFrame({"shelf": ["A", "B", "A"], "title": ["one", "two", "three"]})
    assert render(template, {"shelf": "A"}, {"report.shelf": shelves}, CAMPUS, "zh") == "one,three,"


GROUPS = """
group_type | group_code | term | seen
college    | 文学院     | t1   | college
college    | 经济学院   | t2   | college
cohort     | everyone   | t1   | college
all        | all        | t1   | college
cohort     | new        | t1   |
major      | 文学院/a   | t1   |
class      | 经济学院/b | t2   |
"""


@pytest.mark.parametrize(("report", "seen"), [("college", ["college"]), ("freshmen", ["college", None])])
def test_only_rows_that_some_page_is_told_from_are_asked_for(report: str, seen: list[str | None]) -> None:
    """A page of a college is told of it and of everybody; one of a term, of whatever groups there are in it."""
    template, table = read_template(REPORTS / f"{report}.html.j2"), drawn(GROUPS)
    with duckdb.connect() as connection:
        connection.register("groups", table.to_arrow())
        asked = connection.sql(f"from groups where {whose(template, table.columns)}").pl()
    assert shown(asked) == shown(table.filter(pl.col("seen").is_in(seen, nulls_equal=True)))
    for group in ("文学院", "经济学院", "t1", "t2"):
        told = [own_tables(template, group, dict.fromkeys(template.reads, rows)) for rows in (table, asked)]
        assert shown(told[0][template.reads[0]]) == shown(told[1][template.reads[0]])


def test_a_college_has_its_english_name_in_english_and_its_own_where_it_has_none(
    college: Template, tables: dict[str, pl.DataFrame]
) -> None:
    for name, lang, wanted in (
        ("经济学院", "en", "School of Economics"),
        ("经济学院", "zh", "经济学院"),
        ("文学院", "en", "文学院"),
    ):
        html = render(college, {"college": name}, tables, CAMPUS, lang)
        title, kicker = re.findall(r'<title>([^·]+) · |<p class="kicker">([^·]+) · ', html)
        assert (title[0], kicker[1]) == (wanted, wanted)


def test_a_page_needs_nothing_but_itself(page: str, college: Template, tables: dict[str, pl.DataFrame]) -> None:
    english = render(college, {"college": "经济学院"}, tables, CAMPUS, "en")
    for html in (page, english, render_page(read_template(REPORTS / "quality.html.j2"), quality(), CAMPUS)):
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
        assert not re.search(r"<(script|link|img|iframe|object|form)\b|https?:|url\(|@import|javascript:| on\w+=", html)


def test_a_page_says_its_language_and_names_every_picture(page: str) -> None:
    assert '<html lang="zh-CN">' in page
    pictures = re.findall(r"<svg [^>]*>", page)
    assert len(pictures) > 20
    assert all('role="img"' in picture and re.search(r'aria-label="[^"]+"', picture) for picture in pictures)
    assert page.count("<h1>") == 1
    assert "max-width: 760px" in page
    assert "@media print" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["经济学院", "数学学院", "医学院"])
def test_every_number_told_stands_in_a_table_of_the_page(
    college: Template, tables: dict[str, pl.DataFrame], name: str, lang: str
) -> None:
    told = Told(render(college, {"college": name}, tables, CAMPUS, lang))
    assert told.unsupported({"10"}) == set()
    assert len({number for text in told.prose for number in NUMBER.findall(text)}) > 8


def test_a_number_that_no_table_holds_would_be_noticed(page: str) -> None:
    assert Told(page.replace("<h1>", "<h1>98765 ")).unsupported({"10"}) == {"98765"}


def test_a_change_that_prints_as_nought_is_not_coloured(college: Template, tables: dict[str, pl.DataFrame]) -> None:
    still = tables["report.indicator"].with_columns(change=pl.lit(0.0001))
    html = render(college, {"college": "经济学院"}, tables | {"report.indicator": still}, CAMPUS, "en")
    assert not re.search(r'class="r below (ahead|behind)"', html)
    moving = tables["report.indicator"].with_columns(change=pl.lit(0.2))
    html = render(college, {"college": "经济学院"}, tables | {"report.indicator": moving}, CAMPUS, "en")
    assert re.search(r'class="r below ahead"', html)
    assert re.search(r'class="r below behind"', html)


def test_a_term_without_gates_is_said_to_be_unmeasured(page: str) -> None:
    assert "2025 秋：门禁数据只覆盖 77% 的开放日" in page
    assert "2025 秋 缺" in page
    assert re.search("<tspan[^>]*>未</tspan><tspan[^>]*>测</tspan>", page)


def test_a_reporting_term_without_gates_says_so_row_by_row(college: Template, tables: dict[str, pl.DataFrame]) -> None:
    autumn = tables | {"report.college": tables["report.college"].with_columns(pl.lit("2025-autumn").alias("term"))}
    html = render(college, {"college": "经济学院"}, autumn, CAMPUS, "zh")
    assert html.count("门禁数据只覆盖 77% 的开放日") > 4
    assert re.search(r"、来馆规律性：本期未测得|来馆规律性、", html)


def test_a_tiny_college_shows_no_figure_and_says_why(college: Template, tables: dict[str, pl.DataFrame]) -> None:
    html = render(college, {"college": "书院实验班"}, tables, CAMPUS, "zh")
    assert "本期没有可以公布的数字" in html
    assert html.count("少于 10 人，不公布") == 7
    assert "<svg" not in html


def test_a_tiny_cohort_is_withheld_in_words(college: Template, tables: dict[str, pl.DataFrame]) -> None:
    html = render(college, {"college": "经济学院"}, tables, CAMPUS, "en")
    row = html[html.index("Visiting members") :]
    assert "fewer than 10 people: withheld" in row[: row.index("</tr>")]


def test_a_site_of_loans_only_is_told_in_its_own_words(college: Template) -> None:
    html = render(college, {"college": "France"}, lending(), LENDING, "en")
    assert "Nationality report · 1961" in html
    assert html.count("the library has given no data for it") == 6
    assert html.count('role="img"') == 2
    assert "College" not in Told(html).prose
    zh = render(college, {"college": "France"}, lending(), LENDING, "zh")
    assert "本国籍" in zh
    assert "学院" not in "".join(Told(zh).prose)


def test_a_site_with_only_a_survey_has_a_page(college: Template) -> None:
    html = render(college, {"college": "A"}, survey_only(), CAMPUS, "zh")
    assert "找到座位有待改善" in html
    assert "问卷的回收率未知" in html
    assert html.count("本馆未提供所需的数据") == 6


def test_a_site_with_nothing_yet_has_an_index_that_says_so(college: Template, tmp_path: Path) -> None:
    nothing = {name: pl.DataFrame() for name in college.reads}
    written = write_documents(college, nothing, shelves(tmp_path), CAMPUS)
    assert [path.name for path in written] == ["index.zh.html", "index.en.html"]
    assert "还没有可以写成报告的数据" in written[0].read_text(encoding="utf-8")
    assert NO_PORTRAITS in written[1].read_text(encoding="utf-8")


def test_a_list_of_reports_of_no_term_says_what_portraits_need(tmp_path: Path) -> None:
    def listed(folder: str, **columns: list[str]) -> str:
        books, out = pl.DataFrame({"shelf": ["A"], **columns}), shelves(tmp_path / folder)
        write_documents(small(tmp_path, "{{ group }}"), {"report.shelf": books}, out, CAMPUS)
        return (out.of(LIBRARY) / "index.en.html").read_text(encoding="utf-8")

    assert NO_PORTRAITS in listed("of_none")
    assert NO_PORTRAITS not in listed("of_a_term", term=["2025-2026-1"]), "the control: whoever has terms has a roster"


def test_decimals_and_values_that_are_no_number_are_drawn_as_floats_and_gaps(
    college: Template, tables: dict[str, pl.DataFrame]
) -> None:
    indicator = tables["report.indicator"]
    exact = indicator.with_columns(pl.col("value").cast(pl.Decimal(12, 4)), median=pl.lit(float("nan")))
    html = render(college, {"college": "经济学院"}, tables | {"report.indicator": exact}, CAMPUS, "zh")
    assert "nan" not in html


def test_another_colleges_rows_change_nothing_on_a_page(college: Template, tables: dict[str, pl.DataFrame]) -> None:
    """Benchmarks stand in a college's own rows; whatever else is another's never reaches its page."""
    other = pl.col("college") == "法学院"
    shaken = {
        name: table.with_columns(
            pl.when(other).then(pl.lit(None)).otherwise(pl.col(column)).alias(column)
            for column, kind in table.schema.items()
            if kind.is_numeric()
        )
        if "college" in table.columns
        else table.filter(pl.col("group_code") != "法学院")
        if "group_code" in table.columns
        else table
        for name, table in tables.items()
    }
    own, others = ({"college": name} for name in ("经济学院", "法学院"))
    assert render(college, own, shaken, CAMPUS, "zh") == render(college, own, tables, CAMPUS, "zh")
    assert render(college, others, shaken, CAMPUS, "zh") != render(college, others, tables, CAMPUS, "zh")


def test_where_only_the_rest_of_a_mix_is_told_it_is_named_once_and_not_drawn(
    college: Template, tables: dict[str, pl.DataFrame]
) -> None:
    rest = tables["report.segment"].group_by("college", "term", maintain_order=True).first()
    rest = rest.with_columns(segment=pl.lit("rest"), share=pl.lit(1.0), university_share=pl.lit(None, pl.Float64))
    own = tables | {"report.segment": rest.select(tables["report.segment"].columns)}
    html = render(college, {"college": "经济学院"}, own, CAMPUS, "en")
    assert "A mix of readers" not in html
    missing = html[html.index("What is not on this page") :]
    assert "The mix of readers" in missing[: missing.index("</section>")]
