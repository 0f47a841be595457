"""All portraits of all grains from monthly facts, beside one bare SQL script and beside pandas.

    .venv/bin/python bench/portraits.py                             # 70,000 patrons, 20 terms
    .venv/bin/python bench/portraits.py --patrons 2000 --terms 4    # in a minute

The facts are drawn by bench/portraits.sql, not read from files.
Then every model between them and the portraits is built as a run builds it, in order, on one connection: with its
checks, its words and the ledger of what changed, without Dagster.  Tables of single events stand empty:
portrait.activation, which lives on them, is left out, and columns that need them are empty.  At last a tenth of the
latest month is taken away, first of the visits and then of every fact, each time followed by the next run: what it has
to make again it finds in the ledger.

The floor is the essential portrait alone: sums per person and term, the mid-rank among level and study year, and per
unit means, medians and shares of zero.  pandas does the same on fewer patrons.  Machines are noisy: read the ratios.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from math import isclose
from pathlib import Path

import duckdb

from pipelines.building.build import renew
from pipelines.building.changes import watched
from pipelines.engine import Engine
from pipelines.models import Model
from pipelines.paths import REFERENCE, ROOT
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.calendar import calendar_days

THREADS = 2
UNITS = ([], ["college"], ["college", "major"], ["college", "major", "class_group"])
COUNTS = {"visits": "visit_month", "loans": "loan_month", "bookings": "booking_month"}
MEASURES = "avg({0}) as {0}_mean, median({0}) as {0}_median, avg(cast({0} = 0 as integer)) as {0}_zero"
DRAWN = (Path(__file__).parent / "portraits.sql").read_text(encoding="utf-8")
SUMS = "select (select cast(sum(visits) as bigint) from person) as visits, (select sum(percentile) from percentile) as percentiles, (select sum(visits_median) from unit) as medians"
VISITS = "fact.visit_month"
GONE = (
    "date_trunc('month', {day}) = (select date_trunc('month', max({day})) from {table}) and hash(patron_key) % 10 = 0"
)
GIVEN = re.findall(r"insert into (\S+)", DRAWN)
FLOOR = f"""
create table person as with v as (select patron_key, term, sum(visits) as visits from product.fact.visit_month group by all),
    l as (select patron_key, term, sum(loans) as loans from product.fact.loan_month group by all),
    b as (select patron_key, term, sum(bookings) as bookings from product.fact.booking_month group by all)
    select patron_key, term, level, study_year, college, major, class_group, cast(coalesce(visits, 0) as bigint) as visits,
        cast(coalesce(loans, 0) as bigint) as loans, cast(coalesce(bookings, 0) as bigint) as bookings
    from product.fact.roster left join v using (patron_key, term) left join l using (patron_key, term) left join b using (patron_key, term);
create table percentile as select patron_key, term, (rank() over (peers order by visits) - 1 + count(*) over same / 2) / count(*) over peers as percentile
    from person window peers as (partition by term, level, study_year), same as (partition by term, level, study_year, visits);
create table unit as select term, college, major, class_group, count(*) as persons, {", ".join(map(MEASURES.format, COUNTS))} from person
    group by grouping sets ((term), (term, college), (term, college, major), (term, college, major, class_group));
checkpoint
"""


def main() -> None:
    """Draw the facts, build on every side in a process of its own, and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patrons", type=int, default=70_000)
    parser.add_argument("--terms", type=int, default=20, help="of the 21 in data/reference")
    parser.add_argument("--memory", default="8GB", help="DuckDB's limit")
    parser.add_argument("--frame-patrons", type=int, default=10_000, help="for pandas")
    parser.add_argument("--part", choices=["draw", "product", "floor", "frame"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps({"draw": draw, "product": product, "floor": floor, "frame": frame}[given.part](given)))
        return
    show(given, *in_children(given, given.patrons, "draw", "product", "floor"))
    few = min(given.frame_patrons, given.patrons)
    _, bare, frames = in_children(given, few, "draw", "floor", "frame")
    assert all(isclose(bare[told], frames[told]) for told in ("visits", "percentiles", "medians")), (bare, frames)
    print(f"\nthe essentials for {few:,} patrons × {given.terms} terms, equal on both sides")
    print(f"one SQL script {said(bare)}\npandas         {said(frames)}")


def in_children(given: argparse.Namespace, patrons: int, *parts: str) -> list[dict]:
    options = f"--patrons {patrons} --terms {given.terms} --memory {given.memory}".split()
    with tempfile.TemporaryDirectory(prefix="mingyuan-portraits-") as folder:
        commands = [[sys.executable, __file__, *options, "--folder", folder, "--part", part] for part in parts]
        return [json.loads(subprocess.run(c, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout) for c in commands]


def opened(path: Path, memory: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(path, config={"memory_limit": memory, "threads": THREADS, "preserve_insertion_order": False})


def draw(given: argparse.Namespace) -> dict:
    """Every table that is not built, drawn where it can be and else empty."""
    began, site = time.perf_counter(), Site(file=str(ROOT / "campus.example.yml")).campus
    with opened(given.folder / "product.duckdb", given.memory) as connection:
        for model in models().values():
            connection.execute(f"create schema if not exists {model.layer}")
            if model not in built():
                columns = ", ".join(f"{column.name} {column.type}" for column in model.columns)
                connection.execute(f"create table {model.table} ({columns})")
        for words in REFERENCE.glob("*.csv"):
            connection.execute(
                f"insert into ref.{words.stem} from read_csv('{words}', all_varchar = true, header = true)"
            )
        connection.execute(
            f"delete from ref.term where term not in (from ref.term select term order by term limit {given.terms})"
        )
        days = calendar_days(*(connection.table(f"ref.{name}").pl() for name in ("term", "day", "opening_hours")))
        connection.register("days", days).execute("insert into ref.calendar_day by name select * from days")
        own = [getattr(site, column.name, "Bench") for column in models()["ref.site"].columns]
        connection.execute(f"insert into ref.site values ({', '.join('?' * len(own))})", own)
        connection.execute(DRAWN.replace("{patrons}", str(given.patrons)))
        connection.execute("checkpoint")
        return {"rows": rows(connection, GIVEN), "seconds": time.perf_counter() - began, "peak_mb": used()[1]}


def built() -> list[Model]:
    """The models between what is drawn and the portraits, in order."""
    wanted = {table for table in models() if table.startswith("portrait.") and table != "portrait.activation"}
    for table, model in reversed(models().items()):
        if table in wanted:
            wanted |= {read for read in model.reads - set(GIVEN) if read.startswith(("fact.", "ref."))}
    return [model for table, model in models().items() if table in wanted and model.is_select]


def product(given: argparse.Namespace) -> dict:
    """What a first run makes, and the next one after the latest month has changed."""
    path = str(given.folder / "product.duckdb")
    with Warehouse(path=path, memory_limit=given.memory, threads=THREADS).opened() as warehouse:
        full = renewed(warehouse)
        told = {"full": full, "rows": rows(warehouse.connection, full["tables"])}
        told["again"] = {}
        for what, tables in {"of the visits": [VISITS], "of every fact": monthly()}.items():
            for table in tables:
                take_away(warehouse, table)
            told["again"][what] = renewed(warehouse)
        ((visits,),) = warehouse.rows_of("select cast(sum(visits) as bigint) from portrait.individual")
    return told | {"visits": visits}


def monthly() -> list[str]:
    return [table for table in GIVEN if models()[table].parted]


def take_away(warehouse: Warehouse, table: str) -> None:
    """A tenth of the latest month of a fact, as a month that is rebuilt tells it."""
    model = models()[table]
    gone = GONE.format(table=table, day=model.parted.column)
    with warehouse.transaction() as connection, watched(warehouse, model) as watch:
        watch.touch(f"from {table} where {gone}")
        connection.execute(f"delete from {table} where {gone}")


def renewed(warehouse: Warehouse) -> dict:
    """The seconds of each table that had to be made, what of it, and those of all with the last write to the disk."""
    tables, parts, began, worked = {}, {}, time.perf_counter(), used()[0]
    for model in built():
        started = time.perf_counter()
        made = renew(warehouse, model, Engine())
        assert not made.failed, made
        if made.rebuilt != "unchanged":
            tables[model.table], parts[model.table] = time.perf_counter() - started, made.rebuilt
    warehouse.connection.execute("checkpoint")
    told = {"seconds": time.perf_counter() - began, "cpu": used()[0] - worked, "peak_mb": used()[1]}
    return told | {"tables": tables, "parts": parts}


def rows(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    return {table: connection.table(table).count("*").fetchall()[0][0] for table in tables}


def used() -> tuple[float, float]:
    """The processor's seconds of this process, and its highest memory in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime, own.ru_maxrss / 1024


def floor(given: argparse.Namespace) -> dict:
    """The essential portrait as three statements of bare SQL."""
    with opened(given.folder / "floor.duckdb", given.memory) as connection:
        connection.execute(f"attach '{given.folder / 'product.duckdb'}' as product (read_only)")
        began, worked = time.perf_counter(), used()[0]
        connection.execute(FLOOR)
        told = {"seconds": time.perf_counter() - began, "cpu": used()[0] - worked, "peak_mb": used()[1]}
        return told | connection.sql(SUMS).pl().row(0, named=True)


def frame(given: argparse.Namespace) -> dict:
    """The same in pandas, from the same tables."""
    import pandas as pd

    began, worked, keys, counts = time.perf_counter(), used()[0], ["patron_key", "term"], list(COUNTS)
    with opened(given.folder / "product.duckdb", given.memory) as connection:
        person = connection.table("fact.roster").df()
        for count, fact in COUNTS.items():
            months = connection.execute(f"select patron_key, term, {count} from fact.{fact}").df()
            person = person.merge(months.groupby(keys, as_index=False)[count].sum(), on=keys, how="left")
    person[counts] = person[counts].fillna(0)
    peers = person.groupby(["term", "level", "study_year"]).visits
    percentile = (peers.rank() - 0.5) / peers.transform("size")
    person = pd.concat([person, (person[counts] == 0).add_suffix("_zero")], axis=1)
    groups = [person.groupby(["term", *unit], dropna=False) for unit in UNITS]
    medians = [group[counts].agg(["mean", "median"])["visits", "median"].sum() for group in groups]
    _ = [(group.size(), group[[f"{count}_zero" for count in counts]].mean()) for group in groups]
    told = {"seconds": time.perf_counter() - began, "cpu": used()[0] - worked, "peak_mb": used()[1]}
    return told | {"visits": int(person.visits.sum()), "percentiles": percentile.sum(), "medians": sum(medians)}


def show(given: argparse.Namespace, drawn: dict, whole: dict, bare: dict) -> None:
    assert whole["visits"] == bare["visits"], "the two sides have counted different visits"
    full, again = whole["full"], whole["again"]
    print(f"== {given.patrons:,} patrons × {given.terms} terms, {THREADS} threads, memory limit {given.memory}")
    for table, count in drawn["rows"].items():
        print(f"{table:34}{count:14,}     drawn")
    print(f"drawn in {drawn['seconds']:.1f} s, highest memory {drawn['peak_mb']:,.0f} MB\n")
    print(f"{'table':34}{'rows':>14}{'seconds':>10}" + "".join(f"{what:>16}" for what in again) + "  which was")
    for table, seconds in full["tables"].items():
        anew = "".join(
            f"{run['tables'][table]:16.2f}" if table in run["tables"] else " " * 16 for run in again.values()
        )
        which = {run["parts"].get(table, "") for run in again.values()} - {""}
        print(f"{table:34}{whole['rows'][table]:14,}{seconds:10.2f}{anew}  {', '.join(which)}")
    ratio = full["seconds"] / bare["seconds"]
    print(f"total {said(full)}\nthe essentials as one SQL script {said(bare)}; ratio {ratio:.1f}")
    for what, run in again.items():
        ratio, worked = run["seconds"] / full["seconds"], run["cpu"] / full["cpu"]
        print(
            f"a tenth of a month gone {what}: {len(run['tables'])} of {len(full['tables'])} tables touched, {said(run)}"
        )
        print(f"ratio to the whole {ratio:.3f}, CPU {worked:.3f}")


def said(side: dict) -> str:
    return f"{side['seconds']:.1f} s (CPU {side['cpu']:.1f} s), highest memory {side['peak_mb']:,.0f} MB"


if __name__ == "__main__":
    main()
