"""A published database of a few made-up readers, in the shape that the models give, for tests of their pages."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.models import Model

TERMS = [("2025-2026-1", "2025年秋", "Autumn 2025"), ("2025-2026-2", "2026年春", "Spring 2026")]
TABLES = [
    "portrait.current",
    "portrait.individual",
    "portrait.milestone",
    "portrait.shelf",
    "portrait.page",
    "segment.study_list",
    "segment.reader",
    "ref.segment_name",
    "ref.milestone",
    "ref.term",
    "ref.feed",
    "ref.coverage_term",
    "ref.college",
    "ref.cohort",
    "ref.measure",
]
BADGES = [
    ("first_visit", "首次到馆", "First visit", 1),
    ("loans_10", "借阅第十册", "Tenth loan", 10),
    ("loans_50", "借阅第五十册", "Fiftieth loan", 50),
]


def reader(key: str, **changes: Any) -> dict[str, Any]:
    """A second-year undergraduate who comes and reads; everything that is not said was not measured."""
    plain = {
        "patron_key": key, "term": TERMS[-1][0], "college": "法学院", "major": "法学", "level_group": "undergraduate",
        "is_exposed": True, "is_graduating": False, "is_new": False, "peer_group": "bachelor 2 humanities", "peers": 40,
        "visit_days": 20, "visit_percentile": 0.81, "presence_hours": 61.5, "presence_percentile": 0.62, "loans": 8,
        "loan_percentile": 0.3, "breadth": 4, "visit_days_change": 6, "loans_change": -2, "longest_streak_weeks": 9,
        "terms_active": 4, "loans_total": 31, "visit_days_total": 70, "as_of": dt.date(2026, 7, 12),
    }  # fmt: skip
    return plain | changes


def publish(
    folder: Path,
    models: dict[str, Model],
    readers: list[dict[str, Any]],
    without: tuple[str, ...] = (),
    words: str | None = None,
) -> None:
    """A generation with these readers, of whom some want no page; ``words`` take the place of every label."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"mart-{len(list(folder.glob('mart-*'))) + 1:06}.duckdb"
    rows = _rows(readers, without)
    if words is not None:
        rows = {table: [_labelled(row, words) for row in told] for table, told in rows.items()}
    with duckdb.connect(str(path)) as connection:
        for table in TABLES:
            model = models[table]
            connection.execute(f"create schema if not exists {model.layer}")
            columns = ", ".join(f"{column.name} {column.type}" for column in model.columns)
            connection.execute(f"create table {table} ({columns})")
            if rows.get(table):
                connection.register("given", pl.DataFrame(rows[table], infer_schema_length=None).to_arrow())
                connection.execute(f"insert into {table} by name select * from given")
                connection.unregister("given")
    (folder / "current").unlink(missing_ok=True)
    (folder / "current").symlink_to(path.name)


def _labelled(row: dict[str, Any], words: str) -> dict[str, Any]:
    return {name: words if name.startswith("label_") else value for name, value in row.items()}


def _rows(readers: list[dict[str, Any]], without: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    day = dt.date(2025, 9, 8)
    terms = [
        {"term": t, "label_zh": zh, "label_en": en, "starts_on": day + dt.timedelta(180 * i)}
        for i, (t, zh, en) in enumerate(TERMS)
    ]
    past = {"visit_days": 14, "loans": 10, "presence_hours": None}
    keys = [row["patron_key"] for row in readers]
    return {
        "portrait.current": readers,
        "portrait.individual": [
            *({"patron_key": key, "term": TERMS[0][0], **past} for key in keys),
            *(
                {name: row[name] for name in ("patron_key", "term", "visit_days", "loans", "presence_hours")}
                for row in readers
            ),
        ],
        "portrait.page": [{"patron_key": key, "term": TERMS[-1][0]} for key in keys if key not in without],
        "portrait.milestone": [
            {
                "patron_key": key,
                "milestone": name,
                "label_zh": zh,
                "label_en": en,
                "reached_on": day,
                "value": number,
                "position": place,
            }
            for key in keys
            for place, (name, zh, en, number) in enumerate(BADGES[:2])
        ],
        "portrait.shelf": [
            {
                "patron_key": key,
                "term": TERMS[-1][0],
                "class_scheme": "clc",
                "class_top": code,
                "label_zh": zh,
                "label_en": en,
                "loans": loans,
            }
            for key in keys
            for code, zh, en, loans in [("I", "文学", "Literature", 5), ("D", "政治、法律", "Politics, law", 26)]
        ],
        "ref.milestone": [
            {"milestone": name, "label_zh": zh, "label_en": en, "number": number, "position": place}
            for place, (name, zh, en, number) in enumerate(BADGES)
        ],
        "ref.term": terms,
        "ref.feed": [{"feed": "gate", "position": 1, "label_zh": "门禁", "label_en": "gates"}],
        "ref.coverage_term": [{"feed": "gate", "term": TERMS[-1][0]}],
    }
