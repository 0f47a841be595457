"""Rows of released tables put side by side for a page: nothing is counted anew, only joined, chosen and ordered.

What the rows are told as belongs in ``captions`` and ``findings``, how they look in the templates.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Row = dict[str, Any]
MOST_SUBJECTS: Final = 8


def survey_rows(answers: Sequence[Row], estimates: Sequence[Row]) -> list[Row]:
    """Each item of the latest survey with the mean that can best be told: the weighted one where there is one.

    Shares are of the answers themselves.  An estimate that is withheld leaves the plain mean.
    """
    known = {(row["survey"], row["item"]): row for row in estimates if row["group_type"] == "college"}
    rows = []
    for row in sorted(answers, key=lambda row: (row["survey"], row["position"], row["item"])):
        own = known.get((row["survey"], row["item"]))
        rows.append(row | _weighted(own) if own and row["mean"] is not None else row | {"is_weighted": False})
    return rows


def subject_rows(subjects: Sequence[Row], classes: Iterable[Row], term: str | None, group_type: str) -> list[Row]:
    """The subjects of which a group borrowed most in a term, with their names; what is withheld is left out."""
    names = {(row["class_scheme"], row["class_code"]): row for row in classes}
    told = [
        row | _named(names.get((row["class_scheme"], row["class_second"])), row["class_second"])
        for row in subjects
        if row["term"] == term and row["group_type"] == group_type and row["loans"] and row["location_quotient"]
    ]
    return sorted(told, key=lambda row: (-row["loans"], row["class_second"]))[:MOST_SUBJECTS]


def _weighted(estimate: Row) -> Row:
    if not estimate["is_weighted"] or estimate["mean_weighted"] is None or estimate["ci_low"] is None:
        return {"is_weighted": False}
    half = (estimate["ci_high"] - estimate["ci_low"]) / 2
    return {"is_weighted": True, "mean": estimate["mean_weighted"], "half_width": half}


def _named(name: Mapping[str, Any] | None, code: str) -> Row:
    return {lang: name[lang] if name else code for lang in ("label_zh", "label_en")}
