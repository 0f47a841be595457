"""The product's side of the suite, a part in a process of its own; each step is told as it ends.

line.py door FOLDER       what has landed is taken in, feed by feed, as a night takes it in
line.py run FOLDER        the whole line, as `mingyuan run`
line.py dagster FOLDER    as many empty assets, each with a check: what Dagster costs by itself
"""

import sys
import time
from pathlib import Path

import dagster as dg
import duckdb
from measure import cpu_seconds, step, tell

from pipelines.building.expectations import expectations_of
from pipelines.exports import take_in
from pipelines.history import history
from pipelines.run import run
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

EMPTY_ASSETS = 100


def door(site: Site) -> None:
    campus = site.campus
    with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
        for model in (model for model in models().values() if model.is_feed):
            with step(model.table) as facts:
                intake = take_in(warehouse, site, model, expectations_of(model))
                warehouse.connection.execute("checkpoint")
                facts |= {"files": intake.files, "rows": intake.rows, "refused": len(intake.refusals)}


def whole(site: Site) -> None:
    last, worked = time.perf_counter(), cpu_seconds()

    def finished(name: str, number: int, total: int) -> None:
        nonlocal last, worked
        now, used = time.perf_counter(), cpu_seconds()
        # What comes before the first asset is made, which is small, is the start: models read, Dagster's job put together.
        tell("start" if number == 1 else name, now - last, used - worked)
        last, worked = now, used

    outcome = run(site, finished)
    assert outcome.success, outcome.problems
    with step("rows") as facts, duckdb.connect(str(site.campus.warehouse), read_only=True) as connection:
        found = connection.execute("select concat(schema_name, '.', table_name) from duckdb_tables()").fetchall()
        facts["tables"] = {
            table: connection.execute(f"select count(*) from {table}").fetchall()[0][0] for (table,) in found
        }


def dagster(site: Site) -> None:
    assets = [_empty(number) for number in range(EMPTY_ASSETS)]
    job = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("empty")], executor=dg.in_process_executor)
    with history(site) as instance, step("empty assets", assets=EMPTY_ASSETS):
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert job.resolve_job_def("empty").execute_in_process(instance=instance, run_config=quiet).success


def _empty(number: int) -> dg.AssetsDefinition:
    name = f"empty_{number}"

    @dg.asset(name=name, check_specs=[dg.AssetCheckSpec("holds", asset=name)])
    def empty() -> dg.MaterializeResult:
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="holds")])

    return empty


if __name__ == "__main__":
    parts = {"door": door, "run": whole, "dagster": dagster}
    parts[sys.argv[1]](Site(file=str(Path(sys.argv[2]) / "campus.yml")))
