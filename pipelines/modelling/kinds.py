"""What kind of figure each column of an aggregate holds, read from where the column is born.

A tag says it (``#share``, ``#index``, ``#part``, ``#plain`` …); where there is none, the name does, since
names are the glossary's: ``active_rate`` is a share, ``loans_mean`` a mean, ``p90`` a percentile, and a
whole number is a count.  What each kind may say belongs in :mod:`profiles.disclosure`.
"""

import re
from collections.abc import Iterator

from pipelines.models import Model
from profiles.disclosure import KINDS, Kind

_WORDS = {"VARCHAR", "DATE"}
_PLACES = {"position", "term_position", "scale_min", "scale_max", "colleges", "k"}
_WHOLE = {"BIGINT", "INTEGER", "HUGEINT"}
_BY_NAME: tuple[tuple[str, Kind], ...] = (
    (r"position|term_position|place|rank_\w+|colleges|k|scale_m\w+|weight|terms_compared|units", "plain"),
    (r"(\w+_)?largest_share", "largest"),
    (r"p\d\d", "percentile"),
    (r"median|\w+_median|p50", "median"),
    (r"(\w+_)?(share|rate|survival)(_\w+)?", "share"),
    (r"(\w+_)?mean(_\w+)?", "mean"),
)


def kinds(model: Model) -> dict[str, Kind]:
    """The kind of every column that is a figure, the number of people behind a row left out."""
    return dict(_kinds(model))


def kept(model: Model) -> list[str]:
    """The columns that say what a row is about, and that stay when its figures are withheld.

    A place in an order that the figures make says something of them, and is tagged as a figure.
    """
    places = {c.name for c in model.columns if c.name in _PLACES and not c.tags & set(KINDS)}
    words = (c.name for c in model.columns if c.type in _WORDS or c.name in places)
    return sorted({*model.grain, *words} - {model.persons})


def unsaid(model: Model) -> set[str]:
    """The columns that never leave: what one or two people make of a figure."""
    return {name for name, kind in kinds(model).items() if kind == "largest"}


def _kinds(model: Model) -> Iterator[tuple[str, Kind]]:
    for column in model.columns:
        tagged = [kind for kind in KINDS if kind in column.tags]
        if column.name in (*model.grain, model.persons) or column.type in (*_WORDS, "BOOLEAN"):
            continue
        yield column.name, tagged[0] if tagged else _by_name(column.name, column.type)


def _by_name(name: str, kind: str) -> Kind:
    if name == "p50":
        return "median"
    found = next((kind for pattern, kind in _BY_NAME if re.fullmatch(pattern, name)), None)
    if found:
        return found
    return "count" if kind in _WHOLE else "mean"
