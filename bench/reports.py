"""How long reports take: 40 colleges in two languages as page and PDF, beside the same pages printed by Chromium.

    .venv/bin/python bench/reports.py [--colleges 40] [--printed 8]

The figures are those of the site's own warehouse, each college told under several names.  Seconds are
of the clock and of the processor; on a busy machine only the second says something.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.commands.terminal import progress
from pipelines.paths import REPORTS
from pipelines.releasing.release import released_tables
from pipelines.reporting.pdf import pdf
from pipelines.reports import LANGUAGES, Template, document, own_tables, read_template
from pipelines.site import Site, site_path
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords, Words

Clock = dict[str, list[tuple[float, float]]]


def main() -> None:
    """Write every page and PDF, print some again with a browser, and say what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--colleges", type=int, default=40)
    parser.add_argument("--printed", type=int, default=8, help="pages that Chromium prints as well")
    asked = parser.parse_args()
    template, clock = read_template(REPORTS / "college.html.j2"), Clock()
    tables = _tables(template)
    pages = _write(template, tables, asked.colleges, clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _print(pages[: asked.printed], clock)
    for name, taken in clock.items():
        wall, processor = (sum(column) / len(taken) for column in zip(*taken, strict=True))
        print(f"{name:<28}{len(taken):>4} documents   {wall:6.2f} s each   {processor:6.2f} s of processor each")
    print(f"peak memory of the writing process: {peak} MB")


def _tables(template: Template) -> dict[str, pl.DataFrame]:
    site = Site(file=str(site_path().absolute()))
    campus = site.campus
    with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
        return released_tables(warehouse, site, template.reads)


def _write(template: Template, tables: Mapping[str, pl.DataFrame], count: int, clock: Clock) -> list[str]:
    colleges = sorted(tables["report.college"]["college"])
    site = SiteWords(Words("明远大学图书馆", "Mingyuan University Library"), as_of="2026-07-13")
    pages = []
    with progress("reports") as advance:
        for place in range(count):
            name = colleges[place % len(colleges)]
            own = own_tables(template, name, tables)
            told = f"{name} {place // len(colleges) + 1}"
            for lang in LANGUAGES:
                page = _timed(clock, "page with its charts", document, template, told, own, site, lang).html
                _timed(clock, "PDF of the page (typst)", pdf, page)
                pages.append(page)
            advance(told, (place + 1) / count)
    return pages


def _print(pages: list[str], clock: Clock) -> None:
    """The same pages through a browser's print, one window for all of them."""
    with _window() as window, tempfile.TemporaryDirectory() as folder:
        for page in pages:
            path = Path(folder) / "page.html"
            path.write_text(page, encoding="utf-8")
            _timed(clock, "PDF of the page (Chromium)", _printed, window, path.as_uri())


def _printed(window: Any, address: str) -> Any:
    window.goto(address)
    return window.pdf(prefer_css_page_size=True, tagged=True)


@contextmanager
def _window() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def _timed(clock: Clock, name: str, work: Callable[..., Any], *given: Any) -> Any:
    wall, processor = time.perf_counter(), time.process_time()
    made = work(*given)
    clock.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - processor))
    return made


if __name__ == "__main__":
    main()
