"""Whatever stands in a title, a label or a college's name stays text: no page gains a tag or an attribute.

Every free-text field takes every payload at once, and the page must have the skeleton that it has
with a plain word.  Controls with the escaping taken away fail, so the comparison can see an attack.
"""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import reports
from pipelines.paths import REPORTS
from pipelines.reporting.recipients import LIBRARY, Shelves
from pipelines.reporting.report_files import write_documents
from pipelines.reports import read_template, render, render_page, slug
from profiles.captions import SiteWords, Words
from profiles.charts import kit, vega
from profiles.charts.peers import subjects
from tests.pipelines.report_pages import dictionary, quality
from tests.pipelines.report_tables import campus

pytestmark = pytest.mark.usefixtures("undrawn")

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</text></svg><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</td></tr></table><h1>x</h1>",
    "</a><a href=javascript:alert(1)>x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '" style="background:url(https://example.invalid)"',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<meta http-equiv=refresh content=0;url=//example.invalid>",
    "<base href=//example.invalid>",
    "<link rel=stylesheet href=//example.invalid>",
    "<form action=//example.invalid><input>",
    "<!-- comment",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml version='1.0'?>",
    "{{ 7 * 7 }}",
    "{% for x in [] %}",
    "{# comment #}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "\u202e<script>\u202c",
    "\x00<script>\x1b[31m",
    "＜script＞alert(1)＜/script＞",
    "../../../etc/passwd",
    "%3Cscript%3E",
    "x\r\nSet-Cookie: a=b",
    "}</style><b>",
    "; background: url(//example.invalid)",
    "\ufffe<b>\uffff",
    "<" * 200,
    "长" * 500 + "<b>",
]
TEXTS = ("label_zh", "label_en", "meaning_zh", "meaning_en", "term_label_zh", "term_label_en", "first_day", "last_day")
# Told apart by these, so each keeps its beginning.
KEYS = ("college", "indicator", "segment", "cohort", "item", "survey", "feed", "not_measured")
TEMPLATE = read_template(REPORTS / "college.html.j2")
COLLEGE = "经济学院"


class Skeleton(HTMLParser):
    """The tags of a page with their attributes' names, and the values that a browser acts upon."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.acted_upon: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tspan":  # a line of a label that is broken where it has a blank
            return
        self.tags.append((tag, *(name for name, _ in attrs)))
        acted = ("style", "class", "id", "content", "role")
        self.acted_upon += [f"{name}={value}" for name, value in attrs if name in acted]

    def handle_endtag(self, tag: str) -> None:
        if tag != "tspan":
            self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment",))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("declaration",))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("instruction",))

    def unknown_decl(self, data: str) -> None:
        self.tags.append(("declaration",))


def poisoned(table: pl.DataFrame, payload: str) -> pl.DataFrame:
    kept = [column for column in KEYS if column in table.columns and table.schema[column] == pl.String]
    replaced = [column for column in TEXTS if column in table.columns]
    return table.with_columns(
        *(pl.col(column) + pl.lit(payload) for column in kept),
        *(pl.when(pl.col(column).is_null()).then(None).otherwise(pl.lit(payload)).alias(column) for column in replaced),
    )


def words(payload: str) -> SiteWords:
    both = Words(payload, payload)
    return SiteWords(name=both, unit=both, whole=both, units_en=payload, as_of=payload)


@cache
def one_college() -> dict[str, pl.DataFrame]:
    tables = campus()
    return {
        name: table.filter(college=COLLEGE) if "college" in table.columns else table for name, table in tables.items()
    }


def college_page(payload: str, lang: str = "zh") -> str:
    tables = {name: poisoned(table, payload) for name, table in one_college().items()}
    return render(TEMPLATE, {"college": COLLEGE + payload}, tables, words(payload), lang)


def replaced(value: Any, payload: str, key: str = "") -> Any:
    """The same data with every free text replaced; what is told apart by its name keeps its beginning."""
    if isinstance(value, list):
        return [replaced(item, payload) for item in value]
    if isinstance(value, dict):
        return {name: replaced(item, payload, name) for name, item in value.items()}
    if not isinstance(value, str) or key in ("layer", "severity"):
        return value
    return value + payload if key in ("table", "column", "name", "feed") else payload


@pytest.fixture
def plain_page() -> Skeleton:
    return Skeleton(college_page("x"))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_college_page_keeps_its_skeleton(plain_page: Skeleton, payload: str) -> None:
    attacked = Skeleton(college_page(payload))
    assert attacked.tags == plain_page.tags
    assert attacked.acted_upon == plain_page.acted_upon


def test_the_english_page_keeps_its_skeleton() -> None:
    plain = Skeleton(college_page("x", "en")).tags
    assert [payload for payload in PAYLOADS[::4] if Skeleton(college_page(payload, "en")).tags != plain] == []


@pytest.mark.parametrize("name", ["dictionary", "quality"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_site_page_keeps_its_skeleton(name: str, payload: str) -> None:
    template, data = read_template(REPORTS / f"{name}.html.j2"), {"dictionary": dictionary, "quality": quality}[name]()
    attacked = Skeleton(render_page(template, replaced(data, payload), words(payload)))
    assert attacked.tags == Skeleton(render_page(template, replaced(data, "x"), words("x"))).tags


def test_no_name_reaches_the_file_system_or_an_address(tmp_path: Path) -> None:
    names = [payload for payload in PAYLOADS if "\x00" not in payload and payload.isprintable()][::6]
    about = one_college()["report.college"]
    tables = dict.fromkeys(TEMPLATE.reads, pl.DataFrame())
    terms = [pl.lit(name).alias("term") for name in names]
    tables["report.college"] = pl.concat(
        [about.with_columns(term, college=pl.lit(name)) for name, term in zip(names, terms, strict=True)]
    )
    shelves = Shelves(tmp_path, b"k" * 32)
    written = write_documents(TEMPLATE, tables, shelves, SiteWords(name=Words("x", "x")))
    for path in written:
        folder, *rest = path.relative_to(tmp_path).parts
        assert re.fullmatch("[a-z2-7]{26}", folder)
        assert re.fullmatch(r"(index|college)(\.college)?\.(zh\.html|en\.html|zh\.pdf|en\.pdf|xlsx|csv)", rest[-1])
        assert all(re.fullmatch("[0-9a-f]{8}", term) for term in rest[:-1])
    html = (shelves.of(LIBRARY) / "index.zh.html").read_text(encoding="utf-8")
    index = Skeleton(html)
    assert [tag for tag in index.tags if tag[0] == "script"] == [("script",)]
    address = r"#main|(\.\./[a-z2-7]{26}/)?([0-9a-f]{8}/)?(index|college)\.((zh|en)\.)?(html|pdf|xlsx)"
    links = re.findall(r'href="([^"]*)"', html)
    assert len(links) == 4 * len(names) + 2
    assert all(re.fullmatch(address, link) for link in links)


@pytest.mark.drawn
def test_words_in_a_chart_stay_words() -> None:
    def row(words: str) -> dict[str, Any]:
        return {"label_zh": words, "label_en": words, "location_quotient": 2.0, "share_in_group": 0.1}

    for payload in PAYLOADS[::8]:
        attacked = subjects([row(payload), row("y" + payload[:9])], lang="zh")
        assert Skeleton(attacked).tags == Skeleton(subjects([row("x"), row("yx")], lang="zh")).tags
    assert "datum" not in str(subjects([row("datum.value")], lang="zh")).replace("datum.value", "")


def test_data_is_never_a_template() -> None:
    html = college_page("{{ 7 * 7 }}")
    assert "{{ 7 * 7 }}" in html
    assert "经济学院49" not in html


def test_controls_and_direction_marks_are_left_out() -> None:
    assert not re.search("[\x00\x1b\u202e\u202c]", college_page("\x00a\x1b\u202eb\u202c"))


def test_control_without_autoescape_the_skeleton_changes(plain_page: Skeleton, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = reports.environment(REPORTS).overlay(autoescape=False)
    monkeypatch.setattr(reports, "environment", lambda _: trusting)
    changed = [payload for payload in PAYLOADS if Skeleton(college_page(payload)).tags != plain_page.tags]
    assert len(changed) > 20


def test_control_without_escaping_in_the_kit_the_skeleton_changes(
    plain_page: Skeleton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit, "escape", str)
    monkeypatch.setattr(vega, "escape", str)
    changed = [payload for payload in PAYLOADS if Skeleton(college_page(payload)).tags != plain_page.tags]
    assert len(changed) > 2, "only a quote leaves the words of a picture"


def test_control_a_slug_made_of_the_name_would_reach_the_file_system() -> None:
    assert "passwd" not in slug(TEMPLATE, "../../../etc/passwd")
    assert "/" in f"{TEMPLATE.name}-../../../etc/passwd"
