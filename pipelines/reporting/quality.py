"""The data-quality page: what came to the door, what was refused and why, and which expectations held.

Counts only.  A rejected record itself is sealed in the vault and shown nowhere; and records of readers who were erased
are not counted, for their number is what one of them did.
"""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.frames import read
from pipelines.paths import REPORTS
from pipelines.receiving.rejects import meaning
from pipelines.reporting.report_files import write_page
from pipelines.reports import read_template, render_page
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords

_QUERIES = {
    "feeds": """
        select feed, label_zh, label_en, files, records, loaded, duplicates, rejected, ambiguous, last_day, coverage
        from report.source order by position""",
    "rejects": """
        select feed, reason, count(*) as records
        from ledger.reject where reason <> 'erased' group by all order by feed, records desc, reason""",
    "expectations": """
        select subject as "table", name as "check", description, severity, passed, observed, unexpected_count, element_count
        from ledger.expectation where origin = 'great_expectations' order by subject, name""",
    "checks": """
        select subject as "table", name, description as rule, unexpected_count as broken_rows
        from ledger.expectation where origin = 'header' order by subject, name""",
    "coverage": """
        select feed, position, label_zh, label_en, place, strftime(day, '%Y-%m') as month, count(*) filter (where status = 'ok') as ok_days,
            count(*) filter (where status = 'partial') as partial_days, count(*) filter (where status = 'none') as none_days
        from ref.coverage join ref.feed using (feed) group by all order by position, place, month""",
}

_DAYS = ("ok_days", "partial_days", "none_days")


def quality_page(warehouse: Warehouse, folder: Path, words: SiteWords) -> Path:
    """Write ``quality.html`` and say where it is."""
    template = read_template(REPORTS / "quality.html.j2")
    page: dict[str, Any] = {name: _rows(warehouse, query) for name, query in _QUERIES.items()}
    page["coverage"] = strips(page["coverage"])
    page["rejects"] = [row | asdict(meaning(row["reason"])) for row in page["rejects"]]
    return write_page(folder / "quality.html", render_page(template, page | {"generated_for": words.as_of}, words))


def strips(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each place has for each month from the first of any to the last; nothing where it was not expected.

    Rows have ``feed``, ``label_zh``, ``label_en``, ``place``, ``month`` and three counts of days, a place's together.
    """
    months = sorted({row["month"] for row in rows})
    blank = dict.fromkeys(_DAYS, 0)
    told = []
    for _, of_place in groupby(rows, key=lambda row: (row["feed"], row["place"])):
        known = {row["month"]: row for row in of_place}
        first = next(iter(known.values()))
        words = {name: first[name] for name in ("feed", "label_zh", "label_en", "place")}
        days = {name: sum(row[name] for row in known.values()) for name in _DAYS}
        strip = [{"month": month, "year": month[:4]} | known.get(month, blank) for month in months]
        told.append(words | days | {"months": strip})
    return told


def _rows(warehouse: Warehouse, query: str) -> list[dict[str, Any]]:
    return read(warehouse, query).to_dicts()
