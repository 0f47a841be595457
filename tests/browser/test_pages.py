"""Every page in a real browser: in both languages, on a desk, in a hand and on paper.

The pages are written as a run writes them, from made-up tables in which everything that can be told is told.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.campus import read_campus
from pipelines.keeping.keyring import Keyring
from pipelines.models import Model
from pipelines.paths import REPORTS, ROOT
from pipelines.reporting.data_use import commands, feeds
from pipelines.reporting.reader_pages import page_name, write_pages
from pipelines.reporting.recipients import Shelves
from pipelines.reporting.report_files import write_documents, write_page
from pipelines.reports import LANGUAGES, read_template, read_templates, render_page
from pipelines.site import Site
from profiles import data_use
from profiles.captions import Words
from tests.browser.conftest import Looks
from tests.pipelines import page_tables
from tests.pipelines.readers import publish, reader
from tests.pipelines.report_pages import dictionary, quality
from tests.pipelines.report_tables import CAMPUS, campus

REPORTED = [template.name for template in read_templates() if not template.is_for_site]
READERS = {
    "keen": reader("a" * 32),
    "gentle": reader("b" * 32, visit_days=1, loans=0, presence_hours=1.0, visit_percentile=0.1),
    "graduating": reader("c" * 32, is_graduating=True, dwell_hours_total=321.6),
}
KINDS = [
    *(f"{name}.{lang}" for name in (*REPORTED, "index", "data_use") for lang in LANGUAGES),
    *(f"reader-{kind}.{lang}" for kind in READERS for lang in LANGUAGES),
    *("dictionary", "quality"),
]
SHEETS = {"visit_brief": 1, "graduates": 2, "freshmen": 2, "director": 4, "college": 6, "reader": 4, "data_use": 4}
"""So many sheets of paper are enough."""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, models: dict[str, Model]) -> dict[str, Path]:
    """Each kind of page, and where one of it lies."""
    folder = tmp_path_factory.mktemp("pages")
    return reports(folder / "reports") | of_site(folder) | of_readers(folder, models)


def reports(folder: Path) -> dict[str, Path]:
    shelves, found = Shelves(folder, b"k" * 32), {}
    for name in REPORTED:
        template = replace(read_template(REPORTS / f"{name}.html.j2"), is_printed=False)
        written = write_documents(template, campus() if name == "college" else page_tables.of(name), shelves, CAMPUS)
        for lang in LANGUAGES:
            own = [path for path in written if path.name.startswith(name) and path.name.endswith(f".{lang}.html")]
            found[f"{name}.{lang}"] = max(own, key=lambda path: path.stat().st_size)
            found[f"index.{lang}"] = shelves.of("library") / f"index.{lang}.html"
    return found


def of_site(folder: Path) -> dict[str, Path]:
    told = {name: getattr(data_use, name.upper()) for name in ("purposes", "never")}
    told |= {"kept": data_use.kept(3, ()), "rights": data_use.rights(commands()), "looked": data_use.looked(3)}
    told |= {"feeds": feeds(Site(file=str(ROOT / "campus.example.yml"))), "links": {"zh": "x.html", "en": "x.html"}}
    told |= {"services": [{"label_zh": "研讨空间", "label_en": "Rooms", "fields": [Words("预约次数", "bookings")]}]}
    pages = {f"data_use.{lang}": _page("data_use", told, lang) for lang in LANGUAGES}
    pages |= {"dictionary": _page("dictionary", dictionary(), "zh"), "quality": _page("quality", quality(), "zh")}
    return {name: write_page(folder / f"{name}.html", html) for name, html in pages.items()}


def _page(name: str, told: dict, lang: str) -> str:
    return render_page(read_template(REPORTS / f"{name}.html.j2"), told, CAMPUS, lang)


def of_readers(folder: Path, models: dict[str, Model]) -> dict[str, Path]:
    """The pages of somebody who comes much, of somebody who hardly comes, and of somebody who leaves."""
    site = read_campus(ROOT / "campus.example.yml").model_copy(update={"data": folder})
    keyring = Keyring(b"\1" * 32, b"\2" * 32)
    publish(site.published, models, [*READERS.values(), *(reader(f"{n:032}", visit_days=n) for n in range(40))])
    write_pages(site, keyring, folder / "readers", [row["patron_key"] for row in READERS.values()])
    return {
        f"reader-{kind}.{lang}": folder / "readers" / f"{page_name(keyring, row['patron_key'])}.{lang}.html"
        for kind, row in READERS.items()
        for lang in LANGUAGES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_finds_no_fault_and_few_sheets_are_enough(pages: dict[str, Path], looks: Looks, kind: str) -> None:
    seen = looks(pages[kind])
    assert seen.faults == []
    assert len(seen.printed) <= SHEETS.get(kind.partition(".")[0].partition("-")[0], len(seen.printed))


def test_no_kind_of_page_is_left_out(pages: dict[str, Path]) -> None:
    every = {template.name for template in read_templates()} | {"index", "reader"}
    assert {kind.partition(".")[0].partition("-")[0] for kind in KINDS} == every
    assert set(pages) == set(KINDS)
