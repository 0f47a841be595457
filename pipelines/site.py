"""The site as a Dagster resource: its configuration, its sources and its key, each read once per process.

What the site file may say belongs in :mod:`pipelines.campus`.
"""

from functools import cache
from pathlib import Path
from typing import Any, Self

import dagster as dg

from pipelines import campus as site_file
from pipelines.campus import Campus, site_path
from pipelines.errors import Misconfigured
from pipelines.modelling.compiled import compiled_models
from pipelines.modelling.given import Feed, merged
from pipelines.models import Model
from pipelines.paths import SQL
from pipelines.receiving.contracts import Contract, ContractColumn
from pipelines.receiving.presets import Source


class Site(dg.ConfigurableResource[Any]):
    """One campus: what its site file says."""

    file: str

    @classmethod
    def at(cls, path: Path | None = None) -> Self:
        """The site of a file, or of the one that counts where none is named."""
        return cls(file=str((path or site_path()).absolute()))

    @property
    def campus(self) -> Campus:
        return _campus(self.file)

    def every_source(self) -> list[Source]:
        """The exports of this campus, of every feed."""
        return _sources(self.file)

    def sources(self, feed: str) -> list[Source]:
        """The exports of this campus that fill one feed."""
        return [source for source in _sources(self.file) if source.feed == feed]


@cache
def models() -> dict[str, Model]:
    """Every model of the project, read and bound once per process."""
    return compiled_models(SQL)


def feeds() -> list[Feed]:
    """Every feed that there is room for, in the order in which feeds are told."""
    return merged(model.feed for model in models().values() if model.feed)


def contracts() -> dict[str, Contract]:
    """What each feed asks of a preset."""
    return {model.table.partition(".")[2]: contract(model) for model in models().values() if model.is_feed}


def contract(model: Model) -> Contract:
    """A feed's own columns, without those that the loader adds."""
    own = [column for column in model.columns if column.line > 0]
    return Contract(
        model.table.partition(".")[2],
        tuple(ContractColumn(c.name, c.type.lower(), c.is_required, "pseudonym" in c.tags) for c in own),
    )


@cache
def _campus(file: str) -> Campus:
    path = Path(file)
    if not path.exists():
        raise Misconfigured(f"{file}: there is no such site file — copy campus.example.yml to campus.yml and edit it")
    return site_file.read_campus(path)


@cache
def _sources(file: str) -> list[Source]:
    return site_file.sources(_campus(file), contracts())
