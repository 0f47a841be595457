"""Needs, candidates and lists for many readers: seconds and peak memory of each step.

    .venv/bin/python bench/services.py                       # 70,000 patrons
    .venv/bin/python bench/services.py --patrons 1000000

Readers, loans, bookings and contacts are drawn; then each step runs as in a night, by the program's own statements on one
connection, and a list is frozen and written as a librarian would.  Peak memory is of the process so far, its database among
it (limited to 4 GB).  The vault knows nobody, so the column of numbers is empty.  Machines are noisy: read the ratios.
"""

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.building.build import build, select, write
from pipelines.frames import Rows
from pipelines.paths import ROOT
from pipelines.serving import service_lists, service_runs, service_selects
from pipelines.serving import service_tables as made
from pipelines.serving.service_state import Feeds, catalogue_rows, reason_rows, site_catalogue
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

SERVICE, TODAY = "major_classics", dt.date(2026, 5, 4)
EMPTY = (
    *("clean.attendance", "clean.consent", "clean.refusal", "clean.resource_access", "clean.service_assignment"),
    "segment.reader",
)
DRAWN_INTO = (
    *("clean.contact", "clean.booking", "fact.loan_kind", "fact.roster", "fact.stated_need"),
    *("ref.horizon", "ref.calendar_day", "ref.contact_rule", "ref.term"),
)
DRAWN = """
create temp macro u(who, what) as (cast(hash(who, what) % 1000003 as double) + 0.5) / 1000003;
create temp table person as select md5(cast(range as varchar)) as patron_key, concat('college ', range % 30) as college,
    concat('class ', range // 30) as class_group, case when range % 4 = 0 then 'engineering' else 'humanities' end as discipline_group,
    case when range % 10 < 6 then 'undergraduate' when range % 10 < 9 then 'postgraduate' else 'staff' end as level_group from range({patrons});
create temp table reader as select person.*, term, true as is_exposed, term = '2' and u(patron_key, 'new') < 0.2 as is_new,
    cast(floor(1 + 4 * u(patron_key, 'year')) as bigint) as study_year, cast(floor(12 * pow(u(patron_key, concat('loans', term)), 4)) as bigint) as loans,
    cast(floor(40 * u(patron_key, concat('visits', term))) as bigint) as visit_days, cast(floor(9 * pow(u(patron_key, 'book'), 3)) as bigint) as bookings,
    u(patron_key, 'regular') as regularity, case when level_group = 'undergraduate' then 'lower_undergraduate' else 'master' end as stage
    from person cross join (values ('1'), ('2')) as t (term);
insert into portrait.individual by name select patron_key, term, level_group, college, class_group, is_exposed, study_year, discipline_group, stage, is_new,
    visit_days, regularity, loans, bookings from reader;
insert into fact.roster by name select patron_key, term, level_group, college, class_group, is_exposed, study_year, discipline_group, stage, is_new from reader;
insert into fact.need_sign by name select patron_key, term, u(patron_key, 'own') as own_rank, u(patron_key, 'own') as own_share, u(patron_key, 'own before') as own_share_before,
    u(patron_key, 'classes') as classes_rank, u(patron_key, 'here') as presence_rank, floor(3 * u(patron_key, 'art')) as art_loans,
    floor(4 * u(patron_key, 'old')) as heritage_loans, bookings as group_room_bookings, 0 as bookings_denied from reader;
insert into fact.stated_need by name select patron_key, term, 'personal_study' as service, u(patron_key, 'said') < 0.9 as is_wanted from reader where u(patron_key, 'answers') < 0.1;
insert into fact.loan_kind by name select concat(patron_key, term, range) as loan_key, patron_key, date '2026-02-01' + cast(floor(90 * u(patron_key, range)) as integer) as loaned_on,
    case when range % 2 = 0 then 'own' else 'other' end as field, range = 0 as is_new_class from reader cross join range(4) where term = '2';
insert into clean.booking by name select concat(patron_key, range) as booking_key, patron_key, date '2026-02-01' + cast(floor(90 * u(patron_key, range)) as integer) as service_date,
    case when range = 0 then 'group_room' else 'seat' end as space_type, 'attended' as attendance from person cross join range(3);
insert into clean.contact by name select concat(patron_key, range) as contact_key, 'mail' as campaign_key, patron_key, 'arts' as purpose, concat('department ', range) as department,
    timestamp '2026-03-02 08:00:00' + to_days(cast(floor(60 * u(patron_key, concat('sent', range))) as integer)) as contacted_at, cast(contacted_at as date) as contacted_on,
    case when u(patron_key, range) < 0.2 then 'clicked' else 'none' end as response from person cross join range(2) where u(patron_key, concat('is sent', range)) < 0.4;
insert into ref.term by name select * from (values ('1', date '2025-09-01', date '2026-01-18'), ('2', date '2026-02-23', date '2026-07-12')) as t (term, starts_on, ends_on);
insert into ref.calendar_day by name select cast(day as date) as day, case when day >= date '2026-02-23' then '2' else '1' end as term, 'teaching' as period
    from range(timestamp '2025-09-01', timestamp '2026-07-13', interval 1 day) as t (day);
insert into ref.horizon by name select date '2025-09-01' as first_day, date '{today}' as as_of;
insert into ref.contact_rule by name select * from read_csv('{rules}');
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--patrons", type=int, default=70_000)
    patrons = parser.parse_args().patrons
    with tempfile.TemporaryDirectory() as folder:
        site = _site(Path(folder))
        warehouse = Warehouse(path=str(site.campus.warehouse), memory_limit="4GB", threads=2)
        with warehouse.opened():
            _draw(warehouse, site, patrons)
            print(f"{patrons:,} patrons; before the first step {_peak()}")
            _night(warehouse, site)
            _by_day(warehouse, site, Path(folder) / "lists")


def _night(warehouse: Warehouse, site: Site) -> None:
    """What every run makes anew."""
    steps: list[tuple[tuple[str, ...], Callable[[], list[Rows]]]] = [
        (made.NEED, lambda: made.need_tables(warehouse, site)),
        ((made.OUTCOME,), lambda: made.outcome_events(warehouse, site)),
        (("service.contact",), lambda: [models()["service.contact"].text]),
        ((made.CANDIDATE,), lambda: made.candidates(warehouse, site)),
        (("service.pressure",), lambda: made.pressures(warehouse, site)),
    ]
    for tables, make in steps:
        _timed(" and ".join(tables), partial(_put_all, warehouse, tables, make))


def _by_day(warehouse: Warehouse, site: Site, folder: Path) -> None:
    """What a librarian asks for."""
    moment = dt.datetime.combine(TODAY, dt.time(9))
    planned = _timed("plan", lambda: service_runs.plan(warehouse, site, SERVICE, None, None, TODAY))
    _timed("freeze", lambda: service_runs.freeze(warehouse, site, planned, moment))
    run_key = planned.run_key
    _timed("write lists", lambda: service_lists.export(warehouse, site, run_key, folder, "benchmark", moment))
    print(f"{planned.members.height:,} may be contacted, {warehouse.rows('ledger.service_contact'):,} listed")


def _site(folder: Path) -> Site:
    text = (ROOT / "campus.example.yml").read_text(encoding="utf-8")
    (folder / "campus.yml").write_text(text, encoding="utf-8")
    return Site(file=str(folder / "campus.yml"))


def _draw(warehouse: Warehouse, site: Site, patrons: int) -> None:
    catalogue, used = site_catalogue(site)
    needed = {"loan", "gate", "space", "survey_answer", "enrolment"}
    rows = catalogue_rows(catalogue, used, Feeds(catalogue.families, frozenset(needed)), TODAY), reason_rows(catalogue)
    for table in {*EMPTY, *DRAWN_INTO, *service_selects.READERS}:
        columns = ", ".join(f"{column.name} {column.type}" for column in models()[table].columns)
        warehouse.connection.execute(f"create schema if not exists {models()[table].layer}")
        warehouse.connection.execute(f"create or replace table {table} ({columns})")
    for table, lines in zip(made.CATALOGUE, rows, strict=True):
        write(warehouse, models()[table], made.as_declared(table, lines))
    rules = ROOT / "data" / "reference" / "contact_rule.csv"
    warehouse.connection.execute(DRAWN.format(patrons=patrons, today=TODAY, rules=rules))


def _put_all(warehouse: Warehouse, tables: tuple[str, ...], make: Callable[[], list[Rows]]) -> int:
    return sum(_put(warehouse, table, rows) for table, rows in zip(tables, make(), strict=True))


def _put(warehouse: Warehouse, table: str, rows: Rows) -> int:
    model = models()[table]
    if model.is_select:
        return build(warehouse, model, model.text).rows
    return (select(warehouse, model, rows) if isinstance(rows, str) else write(warehouse, model, rows)).rows


def _timed(name: str, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    result = work()
    rows = f"{result:>12,} rows" if isinstance(result, int) else " " * 17
    print(f"{name:<32} {time.perf_counter() - begun:>7.1f} s {rows}   {_peak()}", flush=True)
    return result


def _peak() -> str:
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"


if __name__ == "__main__":
    main()
