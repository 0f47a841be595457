"""The PDF of a page is tagged, says the same as the page, and knows when its font lacks a character."""

import re
from html import escape, unescape

import polars as pl
import pytest
from pypdf import PdfReader

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from pipelines.reporting.pdf import pdf
from pipelines.reporting.pdf_content import content
from pipelines.reports import read_template, render
from profiles.captions import SiteWords, Words
from tests.hostile.test_report_injection import PAYLOADS
from tests.pipelines.report_tables import CAMPUS, campus
from tests.pipelines.told import NUMBER, Told

COLLEGE = read_template(REPORTS / "college.html.j2")
SMALL = """<html lang="{lang}"><head><meta name="date" content="2026-07-12"><title>题</title></head><body><header><b>馆</b></header>
<main>{body}</main><footer>末</footer></body></html>"""


def small(body: str, lang: str = "zh-CN") -> str:
    return SMALL.format(body=body, lang=lang)


def words(made: bytes, folder) -> str:
    path = folder / "page.pdf"
    path.write_bytes(made)
    return "".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return campus()


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, tables: dict[str, pl.DataFrame]) -> str:
    return render(COLLEGE, {"college": "经济学院"}, tables, CAMPUS, request.param)


def test_a_pdf_is_tagged_titled_and_carries_its_font(page: str, tmp_path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf(page))
    reader = PdfReader(path)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] in ("zh-CN", "en-GB")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert (
        reader.metadata.title.partition(" · ")[0]
        == {"zh-CN": "经济学院", "en-GB": "School of Economics"}[root["/Lang"]]
    )
    assert str(reader.metadata.creation_date).startswith("2026-07-12")
    fonts = [font.get_object() for sheet in reader.pages for font in sheet["/Resources"]["/Font"].values()]
    assert all("NotoSansCJK" in font["/BaseFont"] and "/ToUnicode" in font for font in fonts)
    assert len(reader.pages) <= 6


def table(rows: list[tuple[str, ...]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{'<th>h</th>' * len(rows[0])}</tr></thead><tbody>{cells}</tbody></table>"


@pytest.mark.parametrize("within", ["", "div"])
def test_a_table_that_is_longer_than_a_sheet_goes_on_with_the_next(tmp_path, within: str) -> None:
    rows = [(f"{number}.", "a line of the table") for number in range(1, 151)]
    body = f"<div>{table(rows)}</div>" if within else table(rows)
    (tmp_path / "page.pdf").write_bytes(pdf(small(f"<h1>t</h1><section><h2>x</h2>{body}</section>", "en")))
    sheets = [page.extract_text().count("a line of the table") for page in PdfReader(tmp_path / "page.pdf").pages]
    assert sum(sheets) == 150
    assert max(sheets) < 75, "lines are set upon each other"


def test_figures_that_fit_on_a_sheet_are_not_torn(tmp_path) -> None:
    rows = [(f"{number}.", "a line of the table") for number in range(1, 26)]
    fold = f'<details><summary>s</summary><div aria-label="figures">{table(rows)}</div></details>'
    (tmp_path / "page.pdf").write_bytes(pdf(small("<h1>t</h1>" + "<p>y</p>" * 35 + fold, "en")))
    sheets = [page.extract_text().count("a line of the table") for page in PdfReader(tmp_path / "page.pdf").pages]
    assert sheets == [0, 25]


@pytest.mark.parametrize(
    ("rows", "widths"),
    [
        ([("1", "A student of the School of Law", "98")], ["numbers", "words", "numbers"]),
        ([("法学院", "八个汉字的一行说明文字", "98")], ["numbers", "words", "numbers"]),
        ([("week", "98", "97")], ["words", "words", "words"]),
    ],
)
def test_short_columns_leave_the_room_to_words_and_share_it_where_there_are_none(
    rows: list[tuple[str, ...]], widths: list[str]
) -> None:
    numbers = table(rows).replace("<td>9", '<td class="r">9')
    (found,) = [part for part in content(small(numbers))["body"] if part["tag"] == "table"]
    assert found["columns"] == widths


def alternatives(node: object) -> list[str]:
    """The words of every figure in the tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [words for part in node for words in alternatives(part)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if node.get("/S") == "/Figure" else []
    return own + alternatives(node.get("/K"))


def test_every_picture_keeps_its_words(page: str, tmp_path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf(page))
    told = [unescape(words) for words in re.findall(r'<svg [^>]*aria-label="([^"]+)"', page)]
    assert len(told) > 20
    assert sorted(alternatives(PdfReader(path).trailer["/Root"]["/StructTreeRoot"])) == sorted(told)


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(Misconfigured, match="cannot be set as a PDF"):
        pdf(small('<svg width="9" height="9" viewBox="0 0 9 9"></svg>'))


def test_the_pdf_says_every_number_that_the_page_shows(page: str, tmp_path) -> None:
    paper = words(pdf(page), tmp_path).replace("\n", "")
    told = Told(page)
    shown = {number for text in (*told.cells, *told.prose) for number in NUMBER.findall(text)}
    assert {number for number in shown if number not in paper} == set()
    assert len(shown) > 100


def test_what_only_a_screen_needs_is_left_out(tmp_path) -> None:
    said = words(pdf(small('<nav>go</nav><p>kept <span class="only-narrow">small</span></p>')), tmp_path)
    assert "kept" in said
    assert "go" not in said
    assert "small" not in said


def test_folded_tables_stand_at_the_end() -> None:
    folded = '<details><summary>s</summary><div class="scroll" aria-label="表"><table><tbody><tr><td>7</td></tr></tbody></table></div></details>'
    said = content(small(f"{folded}<p>after</p>"))
    assert [figure["title"] for figure in said["figures"]] == ["表"]
    assert [node["tag"] for node in said["body"]] == ["p"]


def test_the_same_page_gives_the_same_bytes(page: str) -> None:
    assert pdf(page) == pdf(page)


def test_a_character_that_the_font_lacks_is_named(tmp_path) -> None:
    with pytest.raises(Misconfigured, match=r"题: the font has no 😀 \(U\+1F600\)"):
        pdf(small("<p>好 😀</p>"))
    assert "龘䶮𠮷" in words(pdf(small("<p>龘䶮𠮷</p>")), tmp_path)


def test_payloads_reach_paper_as_words(tmp_path) -> None:
    typst = [
        "#panic()",
        '#import "@preview/x:1.0.0"',
        "$ x $",
        "= heading",
        "*bold* _it_ `code` <label> @ref",
        "\\u{41}",
        "// no",
        "#sys.inputs",
    ]
    said = [text for text in (*typst, *PAYLOADS) if text.isprintable() and len(text) < 100 and "\u202e" not in text]
    html = small("".join(f"<p>{escape(text)}</p>" for text in said))
    paper = re.sub(r"\s", "", words(pdf(html), tmp_path))
    assert [text for text in said if re.sub(r"\s", "", text) not in paper] == []


def test_a_first_page_that_is_too_long_is_set_smaller(tmp_path) -> None:
    def pages(body: str) -> int:
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf(small(body, "en")))
        return len(PdfReader(path).pages)

    lines = "<p>A first page of many words that goes on for a while and then for a while longer still.</p>" * 53
    assert pages(f"<div>{lines}</div>") == 2, "the control: as large as ever it takes two"
    assert pages(f'<div class="front">{lines}</div>') == 1


def test_an_empty_site_has_no_date_and_still_a_pdf() -> None:
    site = SiteWords(name=Words("馆", "Library"))
    tables = dict.fromkeys(COLLEGE.reads, pl.DataFrame())
    tables["report.college"] = campus()["report.college"].head(1)
    assert pdf(render(COLLEGE, {"college": "经济学院"}, tables, site, "en")).startswith(b"%PDF-")
