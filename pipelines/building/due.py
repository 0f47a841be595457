"""What of a table has to be made anew: all of it, some parts, or nothing.

A table is built whole the first time, when its definition is another, and when something changed
that it reads whole.  Of one that is rebuilt by parts (:mod:`pipelines.modelling.parted`), news touches those that
:mod:`pipelines.building.months` and :mod:`pipelines.building.terms` tell, but for those whose records have been let go
(:mod:`pipelines.building.settled`).  What the news is stands in the ledger (:mod:`pipelines.building.changes`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from pipelines.building import months, terms
from pipelines.building.changes import since
from pipelines.building.months import Part
from pipelines.building.settled import settled
from pipelines.models import Model
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Due:
    """What to make anew."""

    is_whole: bool
    parts: frozenset[Part] = frozenset()

    @property
    def is_nothing(self) -> bool:
        return not self.is_whole and not self.parts


WHOLE = Due(True)
NOTHING = Due(False)


def due(warehouse: Warehouse, model: Model) -> Due:
    """What the news since a table was built asks for."""
    parted, stamp = model.parted, built_at(warehouse, model.table, version(model))
    if stamp is None or not warehouse.exists(model.table):
        return WHOLE
    parts: set[Part] = set()
    for table in sorted(model.reads):
        if table.startswith("ledger."):
            # A file's row there never changes without rows that bear its mark; counts of files may.
            if parted is None:
                return WHOLE
            continue
        news = since(warehouse, table, stamp)
        if not news.is_any:
            continue
        if parted is None or news.is_everything or table not in {*parted.narrowed, *parted.followed}:
            return WHOLE
        parts |= (terms if parted.kind == "term" else months).touched(warehouse, parted, table, news)
    stays = settled(warehouse, model) if parts else None
    return Due(False, frozenset(part for part in parts if not (stays and stays.holds(part))))


def is_current(warehouse: Warehouse, made: str, version: str, reads: Iterable[str]) -> bool:
    """Whether something was made of all that these tables hold now, and as it would be made now."""
    stamp = built_at(warehouse, made, version)
    news = "select 1 from ledger.change where stamp > ? and table_name in (select unnest(?)) limit 1"
    return stamp is not None and not warehouse.rows_of(news, [stamp, list(reads)])


def built_at(warehouse: Warehouse, made: str, version: str) -> int | None:
    """The stamp of what stands, if it was made as it would be made now."""
    stamps = warehouse.rows_of("select stamp from ledger.build where table_name = ? and version = ?", [made, version])
    return next((int(stamp) for (stamp,) in stamps), None)


def version(model: Model) -> str:
    """A fingerprint of all that makes a table what it is, beside the rows that it reads."""
    columns = [(column.name, column.type, column.caption) for column in model.columns]
    lines = [(line.key, line.name, line.value) for line in model.header.declarations]
    return sha256(repr((model.code_version, model.description, columns, lines, model.parted)).encode()).hexdigest()[:12]
