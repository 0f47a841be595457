"""The pages of a small campus that went through the whole line, as a browser sees them: much is withheld there.

Made-up tables, in which everything can be told, are for test_pages.  This module comes before it, so that the campus is
made before the browser is opened, whose event loop would be in its way.
"""

from pathlib import Path

import pytest

from pipelines.keeping.keyring import Keyring
from pipelines.reporting.reader_pages import write_pages
from pipelines.reports import LANGUAGES, read_templates
from tests.browser.conftest import Looks
from tests.line.sites import Whole, whole_campus

ONE_LANGUAGE = {"visit_brief": "en", "study_list": "zh", "freshmen": "en", "graduates": "zh", "director": "en"}
KINDS = [
    *(f"college-{which}.{lang}" for which in ("fullest", "barest") for lang in LANGUAGES),
    *(f"{name}.{lang}" for name, lang in ONE_LANGUAGE.items()),
    *("index.zh", "data_use.en", "quality", "reader.zh"),
]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


@pytest.fixture(scope="session")
def pages(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    reports, found = whole.line.campus.reports, {}
    for lang in LANGUAGES:
        colleges = sorted(reports.glob(f"*/*/college.{lang}.html"), key=lambda path: path.stat().st_size)
        found |= {f"college-barest.{lang}": colleges[0], f"college-fullest.{lang}": colleges[-1]}
    for name, lang in ONE_LANGUAGE.items():
        own = reports.glob(f"*/*/{name}[-.]*{lang}.html")
        found[f"{name}.{lang}"] = max(own, key=lambda path: path.stat().st_size)
    lists = reports.glob("*/index.zh.html")
    found["index.zh"] = max(lists, key=lambda path: path.stat().st_size)
    found |= {"data_use.en": reports / "data_use.en.html", "quality": reports / "quality.html"}
    return found | {"reader.zh": of_a_reader(whole, tmp_path_factory.mktemp("readers"))}


def of_a_reader(whole: Whole, folder: Path) -> Path:
    keyring = Keyring.load_or_create(whole.line.campus.key_file, None, may_create=False)
    ((key,),) = whole.line.rows_of(
        "select patron_key from portrait.current order by visit_days desc, patron_key limit 1"
    )
    written = write_pages(whole.line.campus, keyring, folder, [key])
    return next(path for path in written if path.name.endswith(".zh.html"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_finds_no_fault(pages: dict[str, Path], looks: Looks, kind: str) -> None:
    assert looks(pages[kind]).faults == []


def test_each_report_of_the_run_is_looked_at(pages: dict[str, Path]) -> None:
    every = {template.name for template in read_templates()} - {
        "dictionary"
    }  # as large as a book, and nothing withheld
    assert {kind.partition(".")[0].partition("-")[0] for kind in pages} == every | {"index", "reader"}
    assert set(pages) == set(KINDS)


def test_much_is_withheld_there_and_said_to_be(pages: dict[str, Path]) -> None:
    barest, fullest = (pages[f"college-{which}.en"].read_text(encoding="utf-8") for which in ("barest", "fullest"))
    assert "What is not on this page" in barest
    assert "withheld" in fullest
