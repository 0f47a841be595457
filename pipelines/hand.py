"""All but the tables that shapes what Python makes of them, as one fingerprint.

While it is the same, and so are the tables that a maker reads, what it made is what it would make again.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from pipelines.fingerprint import content
from pipelines.paths import REFERENCE, ROOT
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_WRITTEN_BY_RUNS = {
    f"ledger.{name}"
    for name in ("build", "change", "expectation", "file", "key_check", "reject", "release", "released_cell")
}


def hand_of(warehouse: Warehouse, site: Site) -> str:
    """A fingerprint of all but the tables read that shapes what Python makes of them.

    Its code and libraries, the site file, the words and rules under data/reference, and what people have had noted in
    the ledger, which no run writes.
    """
    noted = [content(warehouse.connection, table) for table in sorted(models()) if _is_noted_by_people(table)]
    words = digests([*REFERENCE.iterdir(), *site.campus.reference.values()])
    return sha256(repr((code(), words, site.campus.model_dump_json(), noted)).encode()).hexdigest()[:12]


@cache
def code() -> str:
    """Digests of our code, and of what it runs on."""
    ours = (path for top in ("profiles", "pipelines", "assets") for path in (ROOT / top).rglob("*.py"))
    return digests([ROOT / "requirements.lock", *ours])


def digests(paths: Iterable[Path]) -> str:
    """Digests of the files among these, in the order of their paths."""
    return " ".join(sha256(path.read_bytes()).hexdigest() for path in sorted(paths) if path.is_file())


def _is_noted_by_people(table: str) -> bool:
    return table.startswith("ledger.") and table not in _WRITTEN_BY_RUNS
