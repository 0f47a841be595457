"""Tables as directories of Parquet files, where another engine can read and write them.

    lake/clean/loan/CURRENT           the name of the version that counts
    lake/clean/loan/v-…/*.parquet

A version is written whole beside the one before it and comes into force when the pointer is replaced, so
that a reader on either engine sees the old table or the new one.  Which engine writes is told in
:mod:`pipelines.engine`.
"""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

POINTER = "CURRENT"


@dataclass(frozen=True)
class Lake:
    """The folder of all tables; it must lie where every machine of the cluster sees it under the same path."""

    folder: Path

    def new_version(self, table: str) -> Path:
        """A place for the next version of a table; nothing is there yet, and nobody reads from it."""
        version = self._place(table) / f"v-{uuid.uuid4().hex[:12]}"
        version.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return version

    def put_in_force(self, table: str, version: Path) -> None:
        """Let a whole version count from now on; the one that counted before stays for those who are reading it."""
        place = self._place(table)
        before = self._named(table)
        pointer = place / f".{POINTER}-{version.name}"
        pointer.write_text(version.name, encoding="utf-8")
        pointer.replace(place / POINTER)
        for old in place.glob("v-*"):
            if old.name not in (version.name, before):
                shutil.rmtree(old)

    def current(self, table: str) -> Path | None:
        """The version that counts, if the table is here at all."""
        name = self._named(table)
        return self._place(table) / name if name else None

    def clear(self) -> None:
        """Take every table away; a run hands over anew whatever it needs."""
        for place in {version.parent for version in self.folder.glob("*/*/v-*")}:
            shutil.rmtree(place)

    def _named(self, table: str) -> str | None:
        pointer = self._place(table) / POINTER
        return pointer.read_text(encoding="utf-8") if pointer.exists() else None

    def _place(self, table: str) -> Path:
        layer, _, name = table.partition(".")
        return self.folder / layer / name
