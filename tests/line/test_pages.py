"""Every page of a campus: what is said in words stands in a table beside it, and each has its PDF and figures."""

import pytest
from pypdf import PdfReader

from tests.line.sites import Whole
from tests.pipelines.told import NUMBER, Told


@pytest.fixture(scope="module")
def pages(whole: Whole) -> dict[str, str]:
    found = sorted(whole.line.campus.reports.glob("*/*/college.*.html"))
    return {f"{path.parts[-3]}.{path.name}": path.read_text(encoding="utf-8") for path in found}


def test_every_number_in_a_sentence_stands_in_a_table_of_its_page(pages: dict[str, str]) -> None:
    smallest = {"10"}  # what is withheld is withheld below it; no figure
    assert len(pages) > 10
    assert {name: missing for name, html in pages.items() if (missing := Told(html).unsupported(smallest))} == {}
    assert sum(len(NUMBER.findall(" ".join(Told(html).prose))) for html in pages.values()) > 50 * len(pages) / 2


def test_a_number_that_stands_in_no_table_is_noticed(pages: dict[str, str]) -> None:
    """The negative control."""
    html = next(html for html in pages.values() if "<h1>" in html)
    assert Told(html.replace("<h1>", "<h1>98765 ")).unsupported({"10"}) == {"98765"}


def test_each_page_has_a_pdf_that_says_the_same_numbers(whole: Whole) -> None:
    for path in sorted(whole.line.campus.reports.glob("*/*/college.zh.html"))[:3]:
        told = Told(path.read_text(encoding="utf-8"))
        paper = "".join(page.extract_text() for page in PdfReader(path.with_suffix(".pdf")).pages).replace("\n", "")
        wanted = {number for cell in told.cells for number in NUMBER.findall(cell)}
        assert {number for number in wanted if number not in paper} == set()
        assert path.with_name("college.xlsx").is_file()
