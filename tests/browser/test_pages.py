"""Every page in a real browser: in both languages, on a desk, in a hand and on paper.

The pages are those that a small campus made.  Of the many that one template makes, the fullest is looked at; the two that
list everything there is are made in small, since no reader's patience and no test's is endless.
"""

from pathlib import Path

import pytest

from pipelines.keyring import Keyring
from pipelines.paths import REPORTS
from pipelines.reader_pages import page_name, write_pages
from pipelines.report_files import write_page
from pipelines.reports import LANGUAGES, read_template, read_templates, render_page
from tests.browser.conftest import Looks
from tests.browser.sight import WIDTHS
from tests.line.sites import Whole
from tests.pipelines.report_pages import dictionary, quality
from tests.pipelines.report_tables import CAMPUS

IN_SMALL = {"dictionary": dictionary, "quality": quality}
REPORTED = [template.name for template in read_templates() if not template.is_for_site]
KINDS = [
    *(f"{name}.{lang}" for name in (*REPORTED, "index") for lang in LANGUAGES),
    *IN_SMALL,
    *(f"reader/{kind}.{lang}" for kind in ("keen", "gentle", "graduating") for lang in LANGUAGES),
]
CHOSEN = {
    "keen": "from portrait.current where not is_graduating order by visit_days + loans desc nulls last, patron_key",
    "gentle": "from portrait.current where not is_graduating order by visit_days + loans nulls last, patron_key",
    "graduating": "from portrait.current where is_graduating order by visit_days_total desc nulls last, patron_key",
}
SHEETS = {"college": 7, "reader": 6}
"""So many sheets of paper are enough."""


@pytest.fixture(scope="session")
def pages(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each kind of page, and where one of it lies."""
    root, found = whole.line.campus.reports, {}
    for lang in LANGUAGES:
        for name in REPORTED:
            found[f"{name}.{lang}"] = max(
                root.glob(f"*/*/{name}[.-]*{lang}.html"), key=lambda path: path.stat().st_size
            )
        found[f"index.{lang}"] = max(root.glob(f"*/index.{lang}.html"), key=lambda path: path.stat().st_size)
    folder = tmp_path_factory.mktemp("small")
    for name, data in IN_SMALL.items():
        html = render_page(read_template(REPORTS / f"{name}.html.j2"), data(), CAMPUS)
        found[name] = write_page(folder / f"{name}.html", html)
    return found | readers(whole, tmp_path_factory.mktemp("readers"))


def readers(whole: Whole, folder: Path) -> dict[str, Path]:
    """The pages of somebody who comes much, of somebody who hardly comes, and of somebody who leaves."""
    campus = whole.line.campus
    keyring = Keyring.load_or_create(campus.key_file, None, may_create=False)
    keys = {kind: whole.line.rows_of(f"select patron_key {query} limit 1")[0][0] for kind, query in CHOSEN.items()}
    write_pages(campus, keyring, folder, sorted(set(keys.values())))
    return {
        f"reader/{kind}.{lang}": folder / f"{page_name(keyring, key)}.{lang}.html"
        for kind, key in keys.items()
        for lang in LANGUAGES
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_text_fits_and_rules_of_accessibility_hold(pages: dict[str, Path], looks: Looks, kind: str, width: str) -> None:
    view = looks(pages[kind]).views[width]
    assert view.outside == ()
    assert view.violations == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_complains_of_nothing_and_asks_for_nothing(pages: dict[str, Path], looks: Looks, kind: str) -> None:
    seen = looks(pages[kind])
    assert seen.complaints == ()
    assert seen.requests == ()
    assert seen.title


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_onto_its_sheets(pages: dict[str, Path], looks: Looks, kind: str) -> None:
    seen = looks(pages[kind])
    assert seen.too_wide_for_paper == ()
    assert all(len(sheet.strip()) > 20 for sheet in seen.printed), "a sheet is left blank"
    most = SHEETS.get(kind.replace("/", ".").partition(".")[0])
    assert most is None or len(seen.printed) <= most


def test_no_kind_of_page_is_left_out(whole: Whole, pages: dict[str, Path]) -> None:
    made = {path.name.partition(".")[0].partition("-")[0] for path in whole.line.campus.reports.rglob("*.html")}
    assert made == {*REPORTED, "index", *IN_SMALL}
    assert set(pages) == set(KINDS)
