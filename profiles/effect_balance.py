"""Whether those served and those held out were alike before anything was done.

Belongs here: standardised differences of what was known beforehand.  What became of them belongs in
:mod:`profiles.effects`.
"""

from typing import Any

import numpy as np
import polars as pl

from profiles.raking import Floats

ALIKE = 0.1
"""Standardised differences below this are held for none."""
Z95 = 1.96

BALANCE = {
    **dict.fromkeys(("run_key", "trait", "label_zh", "label_en"), pl.String),
    "persons": pl.Int64,
    **dict.fromkeys(("served_mean", "held_out_mean", "largest_share", "two_largest_share"), pl.Float64),
    **dict.fromkeys(("difference", "by_chance"), pl.Float64),
    **dict.fromkeys(("is_alike", "is_beyond_chance"), pl.Boolean),
}
TRAITS = {
    "baseline": ("此前同长时间内的次数", "Outcomes in as many days before"),
    "active_days": ("上学期活跃天数", "Active days in the term before"),
    "visit_days": ("上学期到馆天数", "Visit days in the term before"),
    "loans": ("上学期借阅册次", "Loans in the term before"),
    "bookings": ("上学期预约次数", "Bookings in the term before"),
    "study_year": ("年级序", "Study year"),
    "is_undergraduate": ("本科生占比", "Share of undergraduates"),
    "is_new": ("新生占比", "Share of newcomers"),
}


def balance(people: pl.DataFrame) -> pl.DataFrame:
    """One row for each run that held people out and each trait known of at least two persons of either arm.

    ``people`` has run_key, arm and the columns of ``TRAITS``, null where not known.
    """
    rows = [
        {"run_key": run_key, "trait": trait, "label_zh": zh, "label_en": en, **found}
        for (run_key,), own in sorted(people.partition_by("run_key", as_dict=True).items())
        for trait, (zh, en) in TRAITS.items()
        if (found := _compared(*(_known(own, arm, trait) for arm in ("served", "held_out"))))
    ]
    return pl.DataFrame(rows, BALANCE)


def standardised(served: Floats, held_out: Floats) -> float:
    """The difference of the means over the standard deviation, which is the root of the two variances' mean."""
    gap = float(served.mean() - held_out.mean())
    spread = float(np.sqrt((served.var(ddof=1) + held_out.var(ddof=1)) / 2))
    return gap / spread if spread else float(np.sign(gap)) * np.inf if gap else 0.0


def made_by(values: Floats, people: int) -> float:
    """What so many of the people make of the total of all, those who make most of it."""
    total = float(values.sum())
    return round(float(np.sort(values)[-people:].sum()) / total, 9) if total else 0.0


def _compared(served: Floats, held_out: Floats) -> dict[str, Any]:
    """The figures of a trait; chance alone makes a difference larger than ``by_chance`` once in twenty."""
    if min(len(served), len(held_out)) < 2:
        return {}
    difference = standardised(served, held_out)
    by_chance = Z95 * float(np.sqrt(1 / len(served) + 1 / len(held_out)))
    return {
        "persons": min(len(served), len(held_out)),
        "served_mean": round(float(served.mean()), 9),
        "held_out_mean": round(float(held_out.mean()), 9),
        "largest_share": max(made_by(served, 1), made_by(held_out, 1)),
        "two_largest_share": max(made_by(served, 2), made_by(held_out, 2)),
        "difference": round(difference, 9) if np.isfinite(difference) else None,
        "by_chance": round(by_chance, 9),
        "is_alike": abs(difference) < ALIKE,
        "is_beyond_chance": abs(difference) > by_chance,
    }


def _known(people: pl.DataFrame, arm: str, trait: str) -> Floats:
    return people.filter(arm=arm)[trait].drop_nulls().cast(pl.Float64).to_numpy()
