"""All but the tables that shapes what Python makes of them, as one fingerprint.

While it is the same, and so are the tables that a maker reads, what it made is what it would make again.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from pipelines.building.fingerprint import content
from pipelines.paths import REFERENCE, ROOT
from pipelines.site import Site
from pipelines.warehouse import Warehouse


def hand_of(site: Site) -> str:
    """A fingerprint of what shapes all that Python makes.

    Its code and libraries, the site file, and the words and rules under data/reference.
    """
    words = digests([*REFERENCE.iterdir(), *site.campus.reference.values()])
    return sha256(repr((code(), words, site.campus.model_dump_json())).encode()).hexdigest()[:12]


def noted_in(warehouse: Warehouse, tables: Iterable[str]) -> str:
    """A fingerprint of what stands in some tables of the ledger, where people, and some makers, note their decisions."""
    return sha256(repr([content(warehouse.connection, table) for table in tables]).encode()).hexdigest()[:12]


@cache
def code() -> str:
    """Digests of our code, and of what it runs on."""
    ours = (path for top in ("profiles", "pipelines", "assets") for path in (ROOT / top).rglob("*.py"))
    return digests([ROOT / "requirements.lock", *ours])


def digests(paths: Iterable[Path]) -> str:
    """Digests of the files among these, in the order of their paths."""
    return " ".join(sha256(path.read_bytes()).hexdigest() for path in sorted(paths) if path.is_file())
