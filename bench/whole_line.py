"""The whole line on growing campuses, beside the same SQL run by DuckDB alone.

    .venv/bin/python bench/whole_line.py            # 1×, 10× and 100× of 5,000 people, two terms each
    .venv/bin/python bench/whole_line.py 1 10       # only these

Each size runs in processes of its own.  The product's steps are timed one by one, with the highest
memory of each; then DuckDB alone runs the same statements on the same raw tables, with the same
memory limit and threads, but with no checks, no comments, no ledger and no Dagster.  Machines differ
and are noisy: the ratio is what this is for.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipelines.demo_campus import make_campus
from pipelines.paths import ROOT
from pipelines.run import run
from pipelines.site import Site, models

PATRONS, TERMS, SEED = 5000, 2, 20260901
MEMORY_LIMIT = "8GB"
SITE_LINES = f"\nmemory_limit: {MEMORY_LIMIT}\nparser_memory_mb: 4096\nparser_seconds: 3600\n"


def main() -> None:
    """Run every size asked for, each in child processes, and print its table."""
    if sys.argv[1:2] in (["product"], ["bare"]):
        {"product": product, "bare": bare}[sys.argv[1]](Path(sys.argv[2]))
        return
    for size in [int(argument) for argument in sys.argv[1:]] or [1, 10, 100]:
        with tempfile.TemporaryDirectory(prefix="mingyuan-bench-") as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    began = time.perf_counter()
    made = make_campus(PATRONS * size, TERMS, SEED, folder / "data" / "landing", None, lambda what, share: None)
    (folder / "campus.yml").write_text(
        (ROOT / "campus.example.yml").read_text(encoding="utf-8") + SITE_LINES, encoding="utf-8"
    )
    print(
        f"\n== {size}×: {made.patrons:,} people, {TERMS} terms, {made.bytes / 1e6:,.0f} MB of exports, made in {time.perf_counter() - began:.1f} s"
    )
    whole, alone = in_child("product", folder), in_child("bare", folder)
    show(whole["steps"], alone)


def in_child(part: str, folder: Path) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, part, str(folder)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout.splitlines()[-1])


def product(folder: Path) -> None:
    """Run the line and tell the seconds and the highest memory of each step."""
    steps: dict[str, list[float]] = {}
    last = time.perf_counter()

    def finished(step: str, number: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[step] = [now - last, peak_mb()]
        last = now

    outcome = run(Site(file=str(folder / "campus.yml")), finished)
    assert outcome.success, outcome.problems
    print(json.dumps({"steps": steps}))


def bare(folder: Path) -> None:
    """The same statements in the same order on the same inputs, by DuckDB alone."""
    path, copy = folder / "data" / "warehouse" / "mingyuan.duckdb", folder / "bare.duckdb"
    seconds: dict[str, float] = {}
    with duckdb.connect(
        str(copy), config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}
    ) as connection:
        connection.execute(f"attach '{path}' as product (read_only)")
        given = [model for model in models().values() if not model.is_select]
        for model in given:
            connection.execute(f"create schema if not exists {model.layer}")
            connection.execute(f"create table {model.table} as select * from product.{model.table}")
        connection.execute("checkpoint")
        for model in models().values():
            if model.is_select:
                connection.execute(f"create schema if not exists {model.layer}")
                began = time.perf_counter()
                connection.execute(f"create table {model.table} as {model.text}")
                seconds[model.table] = time.perf_counter() - began
    print(json.dumps(seconds | {"peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The highest memory since the last call, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return kilobytes / 1024


def show(steps: dict[str, list[float]], alone: dict[str, float]) -> None:
    print(f"{'step':34}{'seconds':>10}{'peak MB':>10}{'DuckDB alone':>14}")
    for step, (seconds, peak) in steps.items():
        same = f"{alone[step]:14.2f}" if step in alone else ""
        print(f"{step:34}{seconds:10.2f}{peak:10.0f}{same}")
    whole = sum(seconds for seconds, _ in steps.values())
    transforms = sum(steps[table][0] for table in alone if table in steps)
    engine = sum(seconds for table, seconds in alone.items() if table in steps)
    print(
        f"whole line {whole:.1f} s · highest memory {max(peak for _, peak in steps.values()):,.0f} MB (DuckDB alone {alone['peak_mb']:,.0f} MB)"
    )
    print(f"the SQL tables: product {transforms:.1f} s, DuckDB alone {engine:.1f} s, ratio {transforms / engine:.2f}")


if __name__ == "__main__":
    main()
