"""What a night costs after a year of history, beside the full build and beside the bare SQL of the same day.

    .venv/bin/python bench/night.py          # 1× and 10× of 5,000 people, two terms
    .venv/bin/python bench/night.py 100      # only this

The exports of a campus are cut at one busy day: what came before it is loaded and built, the day itself
comes as files of its own, as a night brings them.  Then nothing comes, which leaves what Dagster costs
by itself; and at last an old file comes again with a few lines less.  DuckDB alone does the same two
things on the same rows: all statements at once, and after the day's rows the statements of the day's
month and term.  Each part runs in a process of its own; seconds are of the processor, its children's among them, and
memory is that of the process and its children together.
"""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
from measure import cpu_seconds, resident_mb
from one_day import bring, cut, put

from pipelines.building import parts
from pipelines.demo_campus import make_campus
from pipelines.history import history
from pipelines.paths import ROOT
from pipelines.run import run
from pipelines.site import Site, models
from pipelines.tables import asset_key

PATRONS, TERMS, SEED = 5000, 2, 20260901
DAY = dt.date(2026, 6, 10)
OLD = "gate/main_2025-10.csv"
MEMORY_LIMIT = "8GB"
SITE_LINES = f"\nmemory_limit: {MEMORY_LIMIT}\nparser_memory_mb: 4096\nparser_seconds: 3600\n"
PARTS = ("full", "night", "nothing", "corrected")
SHOWN = 12


def main() -> None:
    """Run every size asked for, and print its tables."""
    if sys.argv[1:2] in (["product"], ["bare"]):
        {"product": product, "bare": bare}[sys.argv[1]](Path(sys.argv[2]))
        return
    for size in [int(argument) for argument in sys.argv[1:]] or [1, 10]:
        with tempfile.TemporaryDirectory(prefix="mingyuan-bench-") as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    made = folder / "made"
    make_campus(PATRONS * size, TERMS, SEED, made, None, lambda what, share: None)
    (folder / "campus.yml").write_text(
        (ROOT / "campus.example.yml").read_text(encoding="utf-8") + SITE_LINES, encoding="utf-8"
    )
    landing, waiting = folder / "data" / "landing", folder / "night"
    for path in (path for path in made.rglob("*") if path.is_file()):
        cut(path, path.relative_to(made), DAY, landing, waiting)
    old = (landing / OLD).read_bytes().splitlines(keepends=True)
    told = {"full": in_child("product", folder)}
    bring(waiting, landing)
    told["night"] = in_child("product", folder)
    told["nothing"] = in_child("product", folder)
    put(landing / OLD, b"".join(old[:-20]))
    alone = in_child("bare", folder)
    told["corrected"] = in_child("product", folder)
    show(size, told, alone)


def in_child(part: str, folder: Path) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, part, str(folder)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout.splitlines()[-1])


def product(folder: Path) -> None:
    """Run the line once; tell the seconds and rows of each step, and what of each table was made anew."""
    steps: dict[str, float] = {}
    site = Site(file=str(folder / "campus.yml"))
    began = last = cpu_seconds()

    def finished(step: str, number: int, total: int) -> None:
        nonlocal last
        now = cpu_seconds()
        steps[step], last = now - last, now

    with highest_memory() as peak:
        outcome = run(site, finished)
    assert outcome.success, outcome.problems
    seconds = cpu_seconds() - began
    with duckdb.connect(str(site.campus.warehouse), read_only=True) as connection:
        rows = {
            step: connection.execute(f"select count(*) from {step}").fetchall()[0][0]
            for step in steps
            if step in models()
        }
    with history(site) as instance:
        events = {table: instance.get_latest_materialization_event(asset_key(table)) for table in rows}
    rebuilt = {
        table: str(event.asset_materialization.metadata["rebuilt"].value)
        for table, event in events.items()
        if event and event.asset_materialization and "rebuilt" in event.asset_materialization.metadata
    }
    print(json.dumps({"steps": steps, "seconds": seconds, "peak_mb": peak.mb, "rows": rows, "rebuilt": rebuilt}))


@contextlib.contextmanager
def highest_memory() -> Iterator[SimpleNamespace]:
    """The highest memory of this process and its children while the block runs."""
    peak, is_over = SimpleNamespace(mb=0.0), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            peak.mb = max(peak.mb, resident_mb(os.getpid()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def bare(folder: Path) -> None:
    """The same statements on the same rows by DuckDB alone: before the day all of them, and then those of its months."""
    path, copy = folder / "data" / "warehouse" / "mingyuan.duckdb", folder / "bare.duckdb"
    selects = [model for model in models().values() if model.is_select]
    with duckdb.connect(
        str(copy), config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}
    ) as connection:
        connection.execute(f"attach '{path}' as product (read_only)")
        today = connection.execute("select source_file from product.ledger.file where name like '%night%'").fetchall()
        marks = [mark for (mark,) in today]
        for model in (model for model in models().values() if not model.is_select):
            is_feed = "where not list_contains(?, source_file)" if model.is_feed else ""
            connection.execute(f"create schema if not exists {model.layer}")
            connection.execute(
                f"create table {model.table} as select * from product.{model.table} {is_feed}",
                [marks] if is_feed else [],
            )
        connection.execute("checkpoint")
        full = {
            model.table: timed(connection, f"create or replace table {model.table} as {model.text}", model.layer)
            for model in selects
        }
        began = cpu_seconds()
        for model in (model for model in models().values() if model.is_feed):
            connection.execute(
                f"insert into {model.table} select * from product.{model.table} where list_contains(?, source_file)",
                [marks],
            )
        night = {"raw": cpu_seconds() - began}
        warehouse = SimpleNamespace(
            connection=connection,
            rows_of=lambda query, parameters=(): connection.execute(query, list(parameters)).fetchall(),
        )
        ((term,),) = warehouse.rows_of(f"select term from ref.calendar_day where day = date '{DAY}'")
        part = {"month": DAY.replace(day=1).isoformat(), "term": term}
        for model in selects:
            if model.parted:
                night[model.table] = part_alone(warehouse, model, part[model.parted.kind])
            else:
                night[model.table] = timed(
                    connection, f"create or replace table {model.table} as {model.text}", model.layer
                )
    print(json.dumps({"full": full, "night": night}))


def timed(connection: duckdb.DuckDBPyConnection, statement: str, layer: str) -> float:
    connection.execute(f"create schema if not exists {layer}")
    began = cpu_seconds()
    connection.execute(statement)
    return cpu_seconds() - began


def part_alone(warehouse: object, model: object, part: str) -> float:
    began = cpu_seconds()
    with parts.narrowed(warehouse, model, {part}):
        parts.compute(warehouse, model, {part})
        parts.replace(warehouse, model, {part})
    return cpu_seconds() - began


def show(size: int, told: dict[str, dict], alone: dict[str, dict]) -> None:
    print(f"\n== {size}×: {PATRONS * size:,} people, {TERMS} terms, then {DAY}")
    print(
        f"{'step':30}{'rows':>12}"
        + "".join(f"{part:>11}" for part in PARTS)
        + f"{'bare full':>11}{'bare night':>11}  the night rebuilt"
    )
    steps = sorted(told["full"]["steps"], key=lambda step: -told["full"]["steps"][step])
    dearest = sorted(told["night"]["steps"], key=lambda step: -told["night"]["steps"][step])[:SHOWN]
    for step in dict.fromkeys([*steps[:SHOWN], *dearest, *(t for t, m in models().items() if m.parted)]):
        seconds = "".join(f"{told[part]['steps'].get(step, 0):11.2f}" for part in PARTS)
        same = "".join(f"{alone[part][step]:11.2f}" if step in alone[part] else " " * 11 for part in ("full", "night"))
        rebuilt = told["night"]["rebuilt"].get(step, "")
        print(f"{step:30}{told['night']['rows'].get(step, ''):>12}{seconds}{same}  {rebuilt}")
    for name, figure in (
        ("all steps", total),
        ("SQL tables", tables_only),
        ("peak MB", lambda part, _: told[part]["peak_mb"]),
    ):
        print(
            f"{name:42}"
            + "".join(f"{figure(part, told):11.2f}" for part in PARTS)
            + (bare_totals(alone) if name == "SQL tables" else "")
        )
    unchanged = [
        told["nothing"]["steps"][table] for table, what in told["nothing"]["rebuilt"].items() if what == "unchanged"
    ]
    print(
        f"{len(unchanged)} tables in which nothing changed: {1000 * sum(unchanged) / max(len(unchanged), 1):.0f} ms each, Dagster's own share"
    )
    corrected = {what for what in told["corrected"]["rebuilt"].values() if what[:2] == "20"}
    print(f"the corrected file of October rebuilt {', '.join(sorted(corrected)) or 'nothing'}")


def total(part: str, told: dict[str, dict]) -> float:
    return told[part]["seconds"]


def tables_only(part: str, told: dict[str, dict]) -> float:
    return sum(
        seconds for step, seconds in told[part]["steps"].items() if step in models() and models()[step].is_select
    )


def bare_totals(alone: dict[str, dict]) -> str:
    return "".join(f"{sum(alone[part].values()):11.2f}" for part in ("full", "night"))


if __name__ == "__main__":
    main()
