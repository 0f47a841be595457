"""What a feed may hold, and whether a source fits it.

The columns come from ``sql/raw``; what a source says about each, from :mod:`pipelines.receiving.presets`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import Misconfigured
from pipelines.modelling.slips import suggestion
from pipelines.receiving.presets import Rule, SameKey, Source


@dataclass(frozen=True)
class ContractColumn:
    """One column that a feed may hold."""

    name: str
    type: str
    """varchar, timestamp, date, integer, bigint or decimal(p, s)."""
    required: bool
    is_pseudonym: bool

    @property
    def is_key(self) -> bool:
        """Whether it tells records or things apart by numbers of their system."""
        return self.name.endswith("_key") and not self.is_pseudonym


@dataclass(frozen=True)
class Contract:
    """What a feed may hold: a column it does not name never enters."""

    feed: str
    columns: tuple[ContractColumn, ...]


def against(source: Source, contract: Contract) -> None:
    """Hold a source to the contract of its feed.

    Raises:
        Misconfigured: it names a column that the feed has not, or leaves out one that it must fill.

    """
    by_name = {column.name: column for column in contract.columns}
    named = _named_in_keys(source)
    for name in sorted(source.columns.keys() | named):
        if name not in by_name:
            raise Misconfigured(
                f"source {source.name}: the feed {contract.feed} has no column ‘{name}’{suggestion(name, by_name)}"
            )
    for column in contract.columns:
        if column.required and column.name not in source.columns:
            raise Misconfigured(
                f"source {source.name}: nothing fills ‘{column.name}’, which the feed {contract.feed} requires — add it under columns"
            )
    for part in sorted(named - source.columns.keys()):
        raise Misconfigured(
            f"source {source.name}: a key is made of ‘{part}’, which nothing fills — add it under columns"
        )
    for name, rule in source.columns.items():
        _fits(source, name, rule, by_name)


def _named_in_keys(source: Source) -> set[str]:
    """The columns of which keys are made, and by which double records are told."""
    made_of = {part for rule in source.columns.values() for part in rule.made_of}
    same = source.duplicates
    return made_of | ({*same.key, *filter(None, [same.at])} if isinstance(same, SameKey) else set())


def _fits(source: Source, name: str, rule: Rule, by_name: Mapping[str, ContractColumn]) -> None:
    column = by_name[name]
    is_time = column.type.lower() in {"timestamp", "date"}
    if (rule.formats or rule.partial or rule.not_before or rule.not_after or rule.zone) and not is_time:
        raise Misconfigured(
            f"source {source.name}: columns.{name} is a {column.type}, so it takes no formats, partial, not_before, not_after or zone"
        )
    before = rule.next_day_if_before
    if before and not (before in source.columns and by_name[before].type.lower() == column.type.lower() == "timestamp"):
        raise Misconfigured(
            f"source {source.name}: columns.{name} is to follow ‘{before}’: both must be times that something fills — mend next_day_if_before"
        )
    if (rule.identifier or rule.pad or rule.uid) and not column.is_pseudonym:
        raise Misconfigured(
            f"source {source.name}: columns.{name} is not a pseudonym in the feed, so no identifier may go there"
        )
    if column.is_pseudonym and rule.made_of:
        raise Misconfigured(f"source {source.name}: columns.{name} is a pseudonym and cannot be made of other columns")
    if not source.unpivot and any(part.cell or part.heading for part in rule.parts):
        raise Misconfigured(f"source {source.name}: columns.{name} takes an unpivoted cell — say which under unpivot")
