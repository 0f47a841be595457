"""Invented readers of four kinds, and their segments, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from profiles.segment_fit import Settings
from profiles.segment_model import Frozen, freeze
from profiles.segments import Segments, segment_readers

DICTIONARY = pl.read_csv(Path(__file__).parents[2] / "data" / "reference" / "segment_name.csv")
QUICK = Settings(resamples=4, clusters=(3, 4, 5), card_people=150, card_resamples=1)

KINDS = ("seat_anchored", "paper_reader", "space_booker", "light")
UNRECORDED = ("resource_days", "guidance", "exam_share", "own_field_share")
VISIT_DAYS, LOANS, BOOKINGS = (45, 9, 12, 4), (1, 22, 1, 1), (1, 1, 16, 0.5)


def segment(people: pl.DataFrame, settings: Settings = QUICK) -> Segments:
    """Readers placed by the models that the people themselves give."""
    return segment_readers(people, freeze(people, DICTIONARY, settings=settings))


def readers(number: int, terms: int = 1, seed: int = 7, likeness: float = 20) -> pl.DataFrame:
    """People of four kinds, who do about the same in every term; the more alike within a kind, the clearer."""
    rng = np.random.default_rng(seed)
    kind, leaning = rng.integers(0, 4, number), rng.gamma(likeness, 1 / likeness, number)
    frames: list[pl.DataFrame] = []
    for term in range(terms):
        days, loans, bookings = (rng.poisson(np.array(rate)[kind] * leaning) for rate in (VISIT_DAYS, LOANS, BOOKINGS))
        night, weekend = (np.where(days > 0, rng.binomial(days, 0.3) / np.maximum(days, 1), np.nan) for _ in range(2))
        frames.append(
            pl.DataFrame(
                {
                    "patron_key": [f"p{person:05d}" for person in range(number)],
                    "term": f"2025-2026-{term + 1}",
                    "level_group": np.where(rng.random(number) < 0.7, "undergraduate", "staff")
                    if not term
                    else frames[0]["level_group"],
                    "is_exposed": True,
                    "is_active": days + loans + bookings > 0,
                    "measured": True,
                    "is_over": True,
                    "visits": days,
                    "classed_loans": loans,
                    "visit_days": days,
                    "dwell_minutes": days * rng.integers(60, 120, number),
                    "loans": loans,
                    "bookings": bookings,
                    "night_share": night,
                    "weekend_share": weekend,
                    "regularity": rng.beta(5, 5, number),
                    "breadth_rarefied": np.where(loans > 0, 1 + loans // 4, np.nan),
                    **dict.fromkeys(UNRECORDED),
                    "truth": np.array(KINDS)[kind],
                }
            )
        )
    return pl.concat(frames).with_columns(pl.col(pl.Float64).fill_nan(None))


def published(models: Sequence[Frozen]) -> list[Frozen]:
    """The same models, as if they held still enough."""
    return [replace(model, is_published=True) for model in models]


def moved_share(reader: pl.DataFrame) -> float:
    """Of the readers whom a model placed in both of two terms, those whose segment is another."""
    placed = reader.filter(pl.col("model_version").is_not_null())
    both = placed.group_by("patron_key").agg(pl.len(), segments=pl.col("segment").n_unique()).filter(pl.col("len") == 2)
    return float((both["segments"] > 1).sum() / both.height)
