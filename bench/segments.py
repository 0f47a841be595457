"""Segments of every reader: fitting, placing and writing, seconds by the clock and of the processor, and peak memory.

    .venv/bin/python bench/segments.py                      # 70,000 readers, two terms
    .venv/bin/python bench/segments.py --patrons 1000000

Readers of four kinds are drawn into a warehouse's own tables, and each step runs in a process of its own by the product's
own functions: the features are read, a version is decided on a sample of at most 20,000 readers, everybody is placed and
explained in both terms, and the tables are written and checked.  Peak memory is that of the process, DuckDB included.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from pipelines.building.build import write
from pipelines.frames import read
from pipelines.paths import REFERENCE
from pipelines.serving.segment_models import PEOPLE
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.segment_features import COLUMNS
from profiles.segment_model import Frozen, freeze
from profiles.segments import segment_readers

STEPS = ("draw", "read", "fit", "place", "write")
TERMS = ("2025-2026-1", "2025-2026-2")
DRAWN = """
create or replace temp macro u(a, b, c) as (cast(hash(a, b, c) % 1000003 as double) + 0.5) / 1000003;
create or replace temp macro drawn(mean, a, b, c) as cast(round(mean * pow(-ln(u(a, b, c)), 0.15)) as bigint);
insert into ref.horizon by name select date '2025-09-01' as first_day, date '2026-08-31' as as_of;
insert into ref.term by name select term, date '2025-09-01' as starts_on, date '2026-07-31' as ends_on from (values ('2025-2026-1'), ('2025-2026-2')) as t (term);
insert into ref.coverage_term by name select feed, term, 130 as open_days, 130 as covered_days, 1 as coverage, true as is_measured
    from ref.term cross join (values ('gate'), ('loan'), ('space')) as f (feed);
insert into portrait.individual by name
    with kind as (select * from (values (0, 50, 1, 3), (1, 12, 18, 1), (2, 18, 1, 14), (3, 4, 1, 1)) as k (kind, days, books, rooms)),
    reader as (select md5(cast(range as varchar)) as patron_key, kind.* from range({patrons}) join kind on kind = cast(floor(5 * u(range, 'kind', 0)) as integer) % 4),
    term as (select patron_key, term.term, u(patron_key, 'level', 0) < 0.7 as is_undergraduate, drawn(days, patron_key, term.term, 'days') as visits,
        drawn(books, patron_key, term.term, 'loans') as loans, drawn(rooms, patron_key, term.term, 'rooms') as bookings from reader cross join ref.term as term)
    select patron_key, term, case when is_undergraduate then 'undergraduate' else 'postgraduate' end as level_group, true as is_exposed,
        visits + loans + bookings as active_days, visits, least(visits, 130) as visit_days, visits * 90 as dwell_minutes, loans, bookings,
        u(patron_key, term, 'night') as night_share, u(patron_key, term, 'weekend') as weekend_share, u(patron_key, term, 'exam') as exam_share,
        u(patron_key, term, 'regular') as regularity, loans as classed_loans, 1 + 4 * u(patron_key, term, 'broad') as breadth_rarefied,
        u(patron_key, term, 'own') as own_field_share, drawn(10, patron_key, term, 'resource') as resource_days,
        drawn(1, patron_key, term, 'guidance') as guidance from term;
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--patrons", type=int, default=70_000)
    parser.add_argument("--memory", default="4GB", help="DuckDB's limit, of the 8 GB of the machine")
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.step:
        return step(asked)
    with tempfile.TemporaryDirectory(prefix="segments-") as folder:
        print(
            f"{asked.patrons:,} readers, {len(TERMS)} terms\n{'step':8}{'seconds':>10}{'processor':>10}{'peak MB':>10}"
        )
        for name in STEPS:
            words = ["--step", name, "--folder", folder, "--patrons", str(asked.patrons), "--memory", asked.memory]
            subprocess.run([sys.executable, __file__, *words], check=True)


def step(asked: argparse.Namespace) -> None:
    """One step, from what the step before has left in the folder."""
    warehouse, began = (
        Warehouse(path=str(asked.folder / "warehouse.duckdb"), memory_limit=asked.memory),
        time.perf_counter(),
    )
    with warehouse.opened():
        told = RUN[asked.step](warehouse, asked)
        seconds, processor = time.perf_counter() - began, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.step:8}{seconds:10.1f}{processor:10.1f}{peak:10.0f}   {told}", flush=True)


def draw(warehouse: Warehouse, asked: argparse.Namespace) -> str:
    for table in ("ref.horizon", "ref.term", "ref.coverage_term", "portrait.individual", "clean.refusal"):
        warehouse.create(models()[table])
    warehouse.connection.execute(DRAWN.format(patrons=asked.patrons))
    return f"{warehouse.rows('portrait.individual'):,} portraits"


def _read(warehouse: Warehouse, asked: argparse.Namespace) -> str:
    people = read(warehouse, PEOPLE)
    people.write_parquet(asked.folder / "people.parquet")
    return f"{people.height:,} rows of {len(COLUMNS)} columns"


def fit(warehouse: Warehouse, asked: argparse.Namespace) -> str:
    found = freeze(pl.read_parquet(asked.folder / "people.parquet"), pl.read_csv(REFERENCE / "segment_name.csv"))
    pl.DataFrame([model.as_row() for model in found]).write_parquet(asked.folder / "models.parquet")
    return "; ".join(f"{model.level_group}: {len(model.names)} of {model.persons:,}" for model in found)


def place(warehouse: Warehouse, asked: argparse.Namespace) -> str:
    frozen = [Frozen.from_row(row) for row in pl.read_parquet(asked.folder / "models.parquet").to_dicts()]
    told = segment_readers(pl.read_parquet(asked.folder / "people.parquet"), frozen).reader
    told.write_parquet(asked.folder / "reader.parquet")
    moved = told.filter(pl.col("model_version").is_not_null()).group_by("patron_key").agg(pl.col("segment").n_unique())
    return f"{told.height:,} rows; {(moved['segment'] > 1).mean():.1%} moved"


def _write(warehouse: Warehouse, asked: argparse.Namespace) -> str:
    built = write(warehouse, models()["segment.reader"], pl.read_parquet(asked.folder / "reader.parquet"))
    return f"{built.rows:,} rows, {len(built.failed)} checks failed"


RUN = {"draw": draw, "read": _read, "fit": fit, "place": place, "write": _write}

if __name__ == "__main__":
    main()
