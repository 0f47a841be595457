"""What the dictionary and the data-quality page are made from, in small; and a small report, with folders for it."""

from dataclasses import asdict
from pathlib import Path

from pipelines.receiving.rejects import meaning
from pipelines.reporting.quality import strips
from pipelines.reporting.recipients import Shelves
from pipelines.reports import Template, read_template
from tests.pipelines.report_rows import SOURCES, source


def dictionary() -> dict:
    """Three tables of three layers, for the page that explains the warehouse."""
    loan = [
        _column("loan_key", "varchar", "流水号", "loan", "the system's own number of the loan", [], []),
        _column("patron_key", "varchar", "读者假名", "patron", "", ["pseudonym"], []),
        _column("loaned_at", "timestamp", "借出时间", "loaned at", "", [], []),
    ]
    clean = [
        _column("patron_key", "varchar", "读者假名", "patron", "", ["pseudonym"], [("raw.loan", "patron_key")]),
        _column("loaned_on", "date", "借出日期", "loaned on", "service day", [], [("raw.loan", "loaned_at")]),
    ]
    portrait = [
        _column("patron_key", "varchar", "读者假名", "patron", "", ["pseudonym"], [("clean.loan", "patron_key")]),
        _column("loans", "bigint", "借书册数", "loans", "renewals not counted", [], [("clean.loan", "loaned_on")]),
    ]
    tables = [
        _table("raw.loan", "One row for each loan as the circulation system exports it.", "loan_key", 71_033, loan),
        _table("clean.loan", "One row for each loan that happened.", "loan_key", 70_120, clean),
        _table("portrait.individual", "One row for each person and term.", "patron_key, term", 78_000, portrait),
    ]
    example = {
        "name": "loans by term",
        "answers": "How many loans each term had.",
        "sql": "select term, sum(loans) as loans\nfrom portrait.individual\ngroup by all",
    }
    return {"tables": tables, "examples": [example]}


def quality(*, is_good: bool = False) -> dict:
    """What a night's run has to say of its data."""
    feeds = [source(*spec) | {"files": 4, "ambiguous": 0} for spec in SOURCES]
    outcome = {"table": "raw.loan", "description": "", "observed": None, "element_count": 71_033}
    expectations = [
        outcome | {"check": "loan_key_not_null", "severity": "critical", "passed": True, "unexpected_count": 0},
        outcome | {"check": "loaned_at_not_null", "severity": "warning", "passed": is_good, "unexpected_count": 812},
    ]
    checks = [
        {"table": "clean.loan", "name": "ends after it begins", "rule": "returned_at >= loaned_at", "broken_rows": 0},
        {"table": "portrait.individual", "name": "days", "rule": "visit_days <= 140", "broken_rows": 0},
    ]
    coverage = [
        {
            "feed": "gate",
            "label_zh": "门禁",
            "label_en": "gates",
            "place": "主馆",
            "month": f"2026-0{month}",
            "ok_days": 30 - gap,
            "partial_days": 1,
            "none_days": gap,
        }
        for month, gap in enumerate((0, 2, 0, 9), start=3)
    ]
    rejects = [{"feed": "loan", "reason": "missing_value", "records": 71} | asdict(meaning("missing_value"))]
    return {
        "generated_for": "2026 春",
        "feeds": feeds,
        "rejects": rejects,
        "expectations": expectations,
        "checks": checks,
        "coverage": strips(coverage),
    }


def _table(name: str, description: str, grain: str, rows: int, columns: list[dict]) -> dict:
    return {
        "table": name,
        "layer": name.split(".")[0],
        "description": description,
        "grain": grain,
        "rows": rows,
        "columns": columns,
        "checks": [{"name": "key is known", "rule": "patron_key is not null"}],
        "sql_path": f"sql/{name.replace('.', '/')}.sql",
    }


def _column(name: str, kind: str, zh: str, en: str, description: str, tags: list, sources: list[tuple]) -> dict:
    return {
        "name": name,
        "type": kind,
        "label_zh": zh,
        "label_en": en,
        "description": description,
        "tags": tags,
        "sources": [{"table": table, "column": column} for table, column in sources],
    }


def shelves(folder: Path) -> Shelves:
    return Shelves(folder, b"k" * 32)


def small(folder: Path, body: str, reads: str = "report.shelf") -> Template:
    path = folder / "small.html.j2"
    path.write_text(f"{{# 小报 | Small report | x\nreads: {reads}\none per: shelf #}}{body}", encoding="utf-8")
    return read_template(path)
