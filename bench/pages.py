"""Readers' own pages in a batch, beside the same six pictures by Altair and vl-convert.

    .venv/bin/python bench/pages.py                 # 5,000 pages, from the demo campus in data/
    .venv/bin/python bench/pages.py --pages 500     # in half a minute

Pages are written as `mingyuan page --all` writes them, from what is published, by one process: two for each reader, one in
each language.  The other way draws six charts for each of fifty pages with Altair, as SVG by vl-convert, and writes no
page around them; its time for as many pages is worked out from those fifty.  Machines are noisy: read the ratios.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from pipelines.commands.terminal import progress
from pipelines.keeping.keyring import Keyring
from pipelines.publish import open_current
from pipelines.reporting.reader_pages import write_pages
from pipelines.reports import LANGUAGES
from pipelines.site import Site, site_path

SAMPLE, CHARTS = 50, 6
Spent = tuple[float, float]
"""Seconds on the wall, and of CPU."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    pages = parser.parse_args().pages
    (seconds, cpu), size = by_us(pages)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    other_seconds, other_cpu = (spent / SAMPLE * pages for spent in by_altair())
    print(f"{pages:,} pages: {seconds:.1f} s, {cpu:.1f} s of CPU, {pages / cpu:.0f} pages a CPU second")
    print(f"peak memory {memory:,.0f} MB, a page {size / 1e3:,.0f} KB")
    print(
        f"their charts by Altair, from {SAMPLE}: {other_seconds:.0f} s, {other_cpu:.0f} s of CPU, {other_cpu / cpu:.1f} times ours"
    )


def by_us(pages: int) -> tuple[Spent, int]:
    """What it took, and the bytes of a page; readers come again where there are too few."""
    site = Site(file=str(site_path().absolute()))
    keyring = Keyring.load_or_create(site.campus.key_file, None, may_create=False)
    with open_current(site.campus.published) as connection:
        keys = [key for (key,) in connection.sql("select patron_key from portrait.page order by 1").fetchall()]
    wanted, written, size = pages // len(LANGUAGES), 0, 0
    with tempfile.TemporaryDirectory() as folder, progress("pages") as advance:
        start = now()
        while written < wanted:
            some = keys[: min(wanted - written, len(keys))]
            made = write_pages(site.campus, keyring, Path(folder), some, lambda share: advance("readers", share))
            written += len(some)
        spent = since(start)
        size = sum(path.stat().st_size for path in made) // len(made)
    return spent, size


def by_altair() -> Spent:
    """What the charts of the sample took, the library's first second not counted."""
    import altair
    import vl_convert

    rows = [{"x": place, "y": (place * 37) % 11} for place in range(28)]

    def drawn() -> str:
        chart = (
            altair.Chart(altair.Data(values=rows)).mark_area().encode(x="x:Q", y="y:Q").properties(width=280, height=76)
        )
        svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
        return svg

    drawn()
    start = now()
    for _ in range(SAMPLE * CHARTS):
        drawn()
    return since(start)


def now() -> Spent:
    return time.perf_counter(), time.process_time()


def since(start: Spent) -> Spent:
    return time.perf_counter() - start[0], time.process_time() - start[1]


if __name__ == "__main__":
    main()
