"""All portraits of all grains from monthly facts, beside one bare SQL script and beside pandas.

    .venv/bin/python bench/portraits.py                             # 70,000 patrons, 20 terms
    .venv/bin/python bench/portraits.py --patrons 2000 --terms 4    # in a minute

The facts are drawn, not read from files: per patron and month zero or a skewed count, students who come and leave.
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

from pipelines.build import renew
from pipelines.changes import watched
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
DRAWN = """
create temp macro u(a, b, c) as (cast(hash(a, b, c) % 1000003 as double) + 0.5) / 1000003;
create temp macro drawn(who, term, month, what, share, mean) as case when u(who, term, what) < share
    then cast(floor(-ln(u(who, month, what)) * mean * pow(-ln(u(who, what, 'taste')), 1.3)) as bigint) else 0 end;
insert into ref.horizon by name select min(starts_on) as first_day, max(ends_on) as as_of from ref.term;
insert into ref.coverage_term by name select feed, term, count(*) as open_days, count(*) as covered_days, 1 as coverage, true as is_measured
    from ref.feed cross join ref.calendar_day where term is not null and is_open group by all;
insert into fact.roster by name with term as (select *, row_number() over (order by starts_on) - 1 as number from ref.term),
    college as (select *, row_number() over (order by college) - 1 as number, count(*) over () as colleges from ref.college),
    kind as (select * from (values ('bachelor', 'undergraduate', 4, 0, 0.6), ('master', 'postgraduate', 3, 0.6, 0.8),
        ('doctor', 'postgraduate', 4, 0.8, 0.88), ('staff', 'staff', 20, 0.88, 1)) as k (level, level_group, years, least, below)),
    seat as (select range as seat, kind.* from range({patrons}) join kind on u(range, 'level', 0) >= least and u(range, 'level', 0) < below),
    placed as (select *, number + 2 * cast(floor(u(seat, 'entry', 0) * years) as integer) as since from seat cross join term),
    person as (select *, md5(concat(seat, ' ', since // (2 * years))) as patron_key, since % (2 * years) as half from placed)
    select patron_key, term, level, level_group, college, discipline_group, 'main' as campus, half // 2 + 1 as study_year,
        case when level <> 'staff' then concat('major ', cast(floor(5 * u(patron_key, 'major', 0)) as integer)) end as major,
        case when level <> 'staff' then concat(year(starts_on - 180) - half // 2, '-', cast(floor(3 * u(patron_key, 'class', 0)) as integer)) end as class_group,
        case when level <> 'bachelor' then level when half < 4 then 'lower_undergraduate' else 'upper_undergraduate' end as stage,
        u(patron_key, term, 'here') > 0.02 as is_exposed, years as programme_length, half + 1 as term_number,
        level <> 'staff' and half < 2 as is_new, level <> 'staff' and half = 2 * years - 1 as is_graduating, false as is_extended
    from person join college on college.number = floor(pow(u(patron_key, 'college', 0), 1.5) * colleges);
insert into clean.enrolment by name select patron_key, 'active' as status, level, college, min(starts_on) as valid_from, max(ends_on) + 1 as valid_to
    from fact.roster join ref.term using (term) group by all;
create temp table month as with span as (select term, cast(date_trunc('month', day) as date) as month, count(*) as days from ref.calendar_day where term is not null and is_open group by all)
    select *, least(days, ceil(0.8 * visits)) as visit_days, u(patron_key, month, 'part') as part, cast(floor(visits * (60 + 120 * part)) as bigint) as minutes
    from (select patron_key, college, coalesce(major, '未知 unknown') as major, span.*, drawn(patron_key, span.term, month, 'visit', 0.7, 6) as visits,
        drawn(patron_key, span.term, month, 'loan', 0.4, 2) as loans, drawn(patron_key, span.term, month, 'seat', 0.3, 3) as bookings,
        drawn(patron_key, span.term, month, 'proxy', 0.5, 4) as pages, drawn(patron_key, span.term, month, 'event', 0.1, 1) as events,
        drawn(patron_key, span.term, month, 'ask', 0.05, 1) as questions, drawn(patron_key, span.term, month, 'help', 0.02, 2) as shifts from fact.roster join span using (term));
create temp table whole as select patron_key, term, college, major, cast(sum(visits) as bigint) as visits, cast(sum(loans) as bigint) as loans,
    cast(sum(pages) as bigint) as pages from month group by all;
insert into fact.visit_month by name select patron_key, term, month, visits, visit_days, visits as matched_visits, minutes as dwell_minutes,
    minutes as clocked_minutes, floor(minutes * part / 5) as night_minutes, floor(visits * part / 2) as weekend_visits,
    visits as timed_visits, floor(visits * part / 3) as early_visits from month where visits > 0;
insert into fact.presence_month by name select patron_key, term, month, visit_days as presence_days, floor(visit_days * (60 + 240 * part)) as presence_minutes from month where visits > 0;
insert into fact.loan_month by name select patron_key, term, month, loans, floor(loans * part) as renewals, floor(loans * part) as renewed_loans,
    loans as loans_due, floor(loans * part / 3) as loans_overdue, ceil(loans / 2) as loan_days from month where loans > 0;
insert into fact.booking_month by name select patron_key, term, month, bookings, floor(bookings * part / 3) as no_shows, bookings - no_shows as attended,
    floor(bookings * part / 5) as late_cancellations, 120 * attended as booked_minutes, 90 * attended as used_minutes,
    floor(bookings * part / 9) as room_bookings from month where bookings > 0;
insert into fact.resource_month by name select patron_key, term, month, 3 * pages as ten_minute_stretches, least(days, pages) as resource_days, pages as documents from month where pages > 0;
insert into fact.attendance_month by name select patron_key, term, month, events as events_registered, events as events_attended,
    0 as events_missed, 45 * events as training_minutes, 0 as untimed_trainings from month where events > 0;
insert into fact.consultation_month by name select patron_key, term, month, questions as recorded_consultations, 0 as noted_consultations from month where questions > 0;
insert into fact.contribution_month by name select patron_key, term, month, shifts, 2 * shifts as hours, 0 as untimed_shifts from month where shifts > 0;
insert into fact.visit_slot by name select patron_key, term, weekday, part_of_day, 1 + floor(visits * pow(u(patron_key, term, weekday || part_of_day), 4)) as visits
    from whole cross join (select range + 1 as weekday from range(7)) cross join (values ('morning'), ('afternoon'), ('evening')) as part (part_of_day)
    where visits > 0 and u(patron_key, term, part_of_day || weekday) < 0.4;
insert into fact.loan_term by name select patron_key, term, loans as ended_loans, 5 + floor(40 * u(patron_key, term, 'kept')) as loan_days_median,
    1 + loans // 4 as depth_max_run, loans as returns, loans // 2 as open_at_term_start from whole where loans > 0;
insert into fact.loan_class by name with class as (select *, row_number() over (order by class_code) - 1 as number, count(*) over () as classes
        from ref.class where class_scheme = 'clc' and class_code <> class_top), book as (select *, unnest(range(least(loans, 30))) as book from whole)
    select patron_key, term, college, major, class_scheme, class_top, class_code as class_second, count(*) as loans
    from book join class on number = (hash(college, major) % classes + cast(floor(pow(u(patron_key, term, book), 3) * classes) as bigint)) % classes group by all;
insert into fact.resource_host by name select distinct patron_key, term, concat('host ', floor(40 * u(patron_key, term, k))) as host, 1 as resource_days
    from (select *, unnest(range(least(pages, 8))) as k from whole);
insert into fact.active_day by name select patron_key, day, term, teaching_week from month join ref.calendar_day as calendar using (term)
    where month = date_trunc('month', day) and is_open and u(patron_key, day, 'day') < greatest(visit_days, loans, bookings, pages) / days;
"""
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
