"""People set among their peers in a test: each table from the roster to a person's growth, made one from another."""

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from pipelines.models import Model
from pipelines.paths import REFERENCE

Compared = dict[str, pl.DataFrame]

PEER_TERMS = """
    term     | season | starts_on  | compare_to
    autumn 1 | autumn | 2023-09-01 |
    spring 1 | spring | 2024-02-20 |
    autumn 2 | autumn | 2024-09-01 | autumn 1
    spring 2 | spring | 2025-02-20 | spring 1
"""

OVER = """
    term     | is_running
    autumn 1 | false
    spring 1 | false
    autumn 2 | false
    spring 2 | false
"""

ALL_MEASURES = (REFERENCE / "measure.csv").read_text(encoding="utf-8").replace(",", " | ")
VISITS = "measure | weight\nvisit_days | 1"

_HELD_BY = {
    "fact.roster": ("level", "level_group", "study_year", "discipline_group", "is_exposed"),
    "fact.presence": ("visit_days", "presence_hours"),
    "fact.reading": ("loans",),
    "fact.space_use": ("bookings",),
    "fact.e_resource": ("resource_hours",),
    "fact.participation": ("events_attended",),
    "fact.activity": ("active_days",),
}
_USUAL = {
    "level": "bachelor",
    "level_group": "undergraduate",
    "study_year": "2",
    "discipline_group": "science",
    "is_exposed": "true",
}


def term_of(term: str, names: Iterable[str], **columns: object) -> pl.DataFrame:
    """One row for each name: a list gives each person their own value, anything else is the same for all."""
    people = [f"{name}" for name in names]
    given: Mapping[str, object] = {**_USUAL, **columns}
    each = {name: value if isinstance(value, list) else [value] * len(people) for name, value in given.items()}
    text = {name: [None if value is None else str(value) for value in values] for name, values in each.items()}
    return pl.DataFrame({"patron_key": people, "term": [term] * len(people)} | text).cast(pl.String)


def redrawn(frame: pl.DataFrame) -> str:
    """A frame as the text it could have been drawn from."""
    rows = frame.select(pl.all().cast(pl.String).fill_null("")).rows()
    return "\n".join(" | ".join(cells) for cells in [tuple(frame.columns), *rows])


def compared(
    build: Callable[..., pl.DataFrame],
    models: dict[str, Model],
    people: pl.DataFrame,
    measures: str = VISITS,
    peer_group: int = 30,
    until: str = "fact.growth",
) -> Compared:
    """Every table on the way to ``until``, by its name."""
    texts = {
        "ref.term": PEER_TERMS,
        "ref.term_so_far": OVER,
        "ref.measure": measures,
        "ref.site": f"peer_group\n{peer_group}",
    }
    for table, columns in _HELD_BY.items():
        texts[table] = redrawn(people.select("patron_key", "term", *(c for c in columns if c in people.columns)))
    made: Compared = {}
    for table in ("fact.peer", "fact.percentile", "fact.standing", "fact.movement", "fact.growth"):
        made[table] = build(table, **{name: text for name, text in texts.items() if name in models[table].reads})
        texts[table] = redrawn(made[table])
        if table == until:
            break
    return made
