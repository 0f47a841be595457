"""How long the gate takes: 40 colleges with their majors and classes, month after month of a year.

    .venv/bin/python bench/releases.py [--colleges 40] [--months 12]

Each release tells how many readers were new in its month and in the year so far, by class, major, college and in all;
everything told before stands.  Seconds are of the clock and of the processor; read the second on a busy machine.
"""

import argparse
import datetime as dt
import resource
import time

import numpy as np
import polars as pl

from pipelines.releasing.aggregates import ROW, TOTAL, insider
from pipelines.releasing.gate import decided, defended
from profiles.additive import PLACE
from profiles.disclosure import Rules

SPAN = {"since": pl.Date, "until": pl.Date, "persons": pl.Int64}
NAMED = dict.fromkeys((*ROW, "same", *PLACE[:3]), pl.String)


def classes(colleges: int) -> list[str]:
    """Three majors in each college, and four classes in each of them."""
    return [f"C{college}/M{major}/K{one}" for college in range(colleges) for major in range(3) for one in range(4)]


def summed(of_class: dict[str, int]) -> dict[str, int]:
    """The counts of classes, and of everything that they lie in."""
    counts: dict[str, int] = {}
    for path, persons in of_class.items():
        steps = path.split("/")
        for depth in range(len(steps) + 1):
            unit = "/".join(steps[:depth])
            counts[unit] = counts.get(unit, 0) + persons
    return counts


def rows(counts: dict[str, int], since: dt.date, until: dt.date) -> pl.DataFrame:
    table = "report.made_up"
    told = [
        (table, f"{unit}|{since}|{until}", table, table, unit, "", since, until, persons)
        for unit, persons in counts.items()
        if persons
    ]
    placed = pl.DataFrame(told, NAMED | SPAN, orient="row")
    return placed.with_columns(slack=pl.lit(None, pl.Int64), insider=insider())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--colleges", type=int, default=40)
    parser.add_argument("--months", type=int, default=12)
    asked = parser.parse_args()
    random, rules, units = np.random.default_rng(7), Rules(), classes(asked.colleges)
    ever = pl.DataFrame(schema=NAMED | SPAN | {"shown": pl.Int64, "release": pl.Int32})
    so_far, first_day = dict.fromkeys(units, 0), dt.date(2025, 1, 1)
    for month in range(1, asked.months + 1):
        since, until = dt.date(2025, month, 1), dt.date(2025 + month // 12, month % 12 + 1, 1)
        new = {unit: int(random.negative_binomial(2, 0.25)) for unit in units}
        so_far = {unit: so_far[unit] + new[unit] for unit in units}
        both = [rows(summed(new), since, until), rows(summed(so_far), first_day, until)]
        placed = pl.concat(both).unique(["unit", "since", "until"], maintain_order=True)
        clock, processor = time.perf_counter(), time.process_time()
        released, attacked = defended(decided(placed, ever, rules), rules)
        spent = time.perf_counter() - clock, time.process_time() - processor
        listed = released.filter(pl.col("row_key") != TOTAL, ~pl.col("is_gone"))
        told = listed.with_columns(release=pl.lit(month, pl.Int32)).select(ever.columns)
        ever = pl.concat([ever.join(told, on=ROW, how="anti"), told])
        shown = listed["shown"].is_not_null().mean()
        print(
            f"month {month:2}: {len(listed):5} rows, {shown:4.0%} shown, {attacked:4} attacked, {spent[0]:6.1f} s, {spent[1]:6.1f} s of processor"
        )
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
