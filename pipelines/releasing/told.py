"""Whether what leaves the warehouse stands as it would leave now, so that a run need not even ask for its figures.

What is told of tables follows from their rows, from how they are defined, from what may be shown of groups, and from what
else shapes it (:mod:`pipelines.building.hand`).  While all of this is as it was, so is what was told.
"""

from collections.abc import Iterable
from hashlib import sha256

from pipelines.building import changes
from pipelines.building.due import is_current, version
from pipelines.building.hand import hand_of
from pipelines.releasing.remembered import newest
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

DOMINANCE = "fact.dominance"
"""Says of which figures too few people make too much, and so belongs to all that is told of groups."""


def told_as(warehouse: Warehouse, site: Site, tables: Iterable[str], *beside: object) -> str:
    """A fingerprint of all but their rows that shapes what is told of tables; ``beside`` is what only this one depends on.

    What may be shown is among it, for a report on request can change it where no table has changed.
    """
    definitions = [version(models()[table]) for table in sorted({*tables, DOMINANCE})]
    shapes = (hand_of(site), definitions, newest(warehouse), beside)
    return sha256(repr(shapes).encode()).hexdigest()[:32]


def is_told(warehouse: Warehouse, what: str, as_now: str, tables: Iterable[str]) -> bool:
    """Whether this was told as it would be now, of all that the tables hold now."""
    return is_current(warehouse, what, as_now, [*tables, DOMINANCE])


def known_again(warehouse: Warehouse, what: str) -> str:
    """By what this was to be known again where it lies, when it was told last."""
    rows = warehouse.rows_of("select coalesce(content, '') from ledger.build where table_name = ?", [what])
    return next((content for (content,) in rows), "")


def note_told(warehouse: Warehouse, what: str, as_now: str, content: str | None = None) -> None:
    """Note that this has been told, of all that has changed so far; ``content`` is by what it is known again where it lies."""
    with warehouse.transaction():
        changes.enter(warehouse, what, as_now, content)
