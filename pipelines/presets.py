"""How one system's export becomes a feed, as a preset or a site file says it.

Here stand the words a preset may use and the checks that need no data: a word that is not known, a
pattern that is no pattern, a column that the feed does not have.  Reading a site file belongs in
:mod:`pipelines.campus`; carrying the words out, in :mod:`pipelines.canonical`.
"""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.errors import Misconfigured
from pipelines.slips import suggestion


@dataclass(frozen=True)
class ContractColumn:
    """One column that a feed may hold."""

    name: str
    type: str
    """varchar, timestamp, date, integer, bigint or decimal(p, s)."""
    required: bool
    is_pseudonym: bool


@dataclass(frozen=True)
class Contract:
    """What a feed may hold: a column it does not name never enters."""

    feed: str
    columns: tuple[ContractColumn, ...]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _written(value: Any) -> Any:
    """YAML reads 2024 as a number and 1919-01-01 as a day; a preset means the text."""
    is_plain = isinstance(value, int | float | dt.date) and not isinstance(value, bool)
    return str(value) if is_plain else value


def _is_pattern(value: str) -> str:
    import polars as pl

    try:
        re.compile(value)
        pl.select(pl.lit("").str.contains(value))
    except (re.error, pl.exceptions.ComputeError):
        raise ValueError(f"{value!r} is not a regular expression") from None
    return value


def _has_one_group(value: str) -> str:
    if re.compile(value).groups != 1:
        raise ValueError(f"{value!r} needs exactly one group in parentheses: the part to keep")
    return value


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from None
    return value


def _is_inside(value: str) -> str:
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{value!r} must lie inside the landing folder")
    return value


def _is_day(value: str) -> str:
    dt.datetime.fromisoformat(value)
    return value


Text = Annotated[str, BeforeValidator(_written)]
Headings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A heading as the file writes it, or several of which a file carries one."""
Pattern = Annotated[str, AfterValidator(_is_pattern)]
Extraction = Annotated[Pattern, AfterValidator(_has_one_group)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Day = Annotated[Text, AfterValidator(_is_day)]
Inside = Annotated[str, AfterValidator(_is_inside)]
Delimiter = Annotated[str, BeforeValidator(lambda value: {"tab": "\t"}.get(value, value)), Field(pattern=r"^[\t -~]$")]
Quote = Annotated[
    Annotated[str, Field(pattern=r"^[!-~]$")] | None,
    BeforeValidator(lambda value: None if value == "none" else value),
]


class Strict(BaseModel):
    """A part of a preset or site file, in which every word counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Strict):
    """How one column of the feed is filled.  A bare heading is short for ``{from: heading}``."""

    headings: Headings = Field((), alias="from")
    value: Text | None = None
    """The same for every record."""
    record: bool = False
    """The number of the record in its file."""
    file_name: Extraction | None = None
    """Taken out of the file's name."""
    join: tuple[Headings, ...] = ()
    """Several cells, put together with a space between; empty when one of them is."""
    made_of: tuple[str, ...] = ()
    """A key made of other columns of the feed, where the file holds none."""
    pattern: Extraction | None = None
    """The part of the cell to keep; no match leaves it empty."""
    map: dict[str, Text] | None = None
    """What each code of the system means; the code "" stands for an empty cell."""
    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Ways in which a time is written, tried in order; what one leaves out is the first (of the month)."""
    partial: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Ways in which an incomplete date is written: left empty, and noted."""
    not_before: Day | None = None
    not_after: Day | None = None
    zone: Zone | None = None
    """The zone of the times as written, if it is not the campus's."""
    identifier: str | None = None
    """What kind of number of a person this is."""
    pad: int = Field(0, ge=0, le=32)
    """How many digits the number has, where leading zeros were lost."""
    scale: int = Field(1, ge=1)
    """What a number is multiplied by."""

    @model_validator(mode="before")
    @classmethod
    def _bare_heading(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list) else value

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Rule":
        origins = [self.headings, self.value is not None, self.record, self.file_name, self.join]
        given = sum(map(bool, origins))
        if given > 1 or (given == 0 and not self.made_of):
            raise ValueError("needs exactly one of from, value, record, file_name, join, made_of")
        return self

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """The cells it needs, each as the headings it may stand under."""
        return ((self.headings,) if self.headings else ()) + self.join


class Filter(Strict):
    """Records that do not count, and why."""

    heading: Headings
    keep: tuple[Text, ...] | None = Field(None, alias="in")
    drop: tuple[Text, ...] | None = Field(None, alias="not_in")
    reason: str = Field("filtered", pattern=r"^[a-z_]+$")

    @model_validator(mode="after")
    def _says_which(self) -> "Filter":
        if (self.keep is None) == (self.drop is None):
            raise ValueError("needs either in or not_in")
        return self


class Unpivot(Strict):
    """The questions of a survey: one record becomes one row for each that was answered."""

    item: dict[str, str]
    """Heading of a question → its short code."""
    value: str = "answer_value"
    into: str = "item"

    @model_validator(mode="after")
    def _codes_differ(self) -> "Unpivot":
        if len(set(self.item.values())) < len(self.item):
            raise ValueError("two questions have the same code")
        return self


class After(Strict):
    """A heading line that follows so many lines of something else."""

    after: int = Field(ge=0, le=1000)


class Lines(Strict):
    """The lines of a preset, each of which a site file may override."""

    feed: str
    files: Annotated[tuple[Inside, ...], BeforeValidator(_listed)] = Field(min_length=1)
    format: Literal["csv", "xlsx"] = "csv"
    delimiter: Delimiter = ","
    quote: Quote = '"'
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16", "big5", "cp1252"] = "auto"
    sheet: int = Field(1, ge=1)
    header: Annotated[int, Field(ge=1, le=1000)] | After | Literal["detect"] = 1
    """The line that holds the headings."""
    footer: Pattern | None = None
    """What the first cell of a line that is no record looks like."""
    empty: tuple[Text, ...] = ()
    """Texts that stand for an empty cell."""
    columns: dict[str, Rule]
    where: tuple[Filter, ...] = ()
    people_who_are_not: tuple[Pattern, ...] = ()
    """Identifiers that belong to no person."""
    unpivot: Unpivot | None = None
    duplicates: Literal["exact", "keep"] = "exact"
    same_name: Literal["replaces", "adds"] = "replaces"
    """What a file does to an earlier one of the same name."""


class Source(Lines):
    """One export of this campus, with nothing left to look up."""

    name: str


def against(source: Source, contract: Contract) -> None:
    """Hold a source to the contract of its feed.

    Raises:
        Misconfigured: it names a column that the feed has not, or leaves out one that it must fill.

    """
    by_name = {column.name: column for column in contract.columns}
    unpivoted = {source.unpivot.into, source.unpivot.value} if source.unpivot else set()
    made_of = {part for rule in source.columns.values() for part in rule.made_of}
    for name in sorted(source.columns.keys() | unpivoted | made_of):
        if name not in by_name:
            raise Misconfigured(
                f"source {source.name}: the feed {contract.feed} has no column ‘{name}’{suggestion(name, by_name)}"
            )
    for column in contract.columns:
        if column.required and column.name not in source.columns.keys() | unpivoted:
            raise Misconfigured(
                f"source {source.name}: nothing fills ‘{column.name}’, which the feed {contract.feed} requires — add it under columns"
            )
    for part in sorted(made_of - source.columns.keys()):
        raise Misconfigured(
            f"source {source.name}: a key is made of ‘{part}’, which nothing fills — add it under columns"
        )
    for name, rule in source.columns.items():
        _fits(source, name, rule, by_name[name])


def _fits(source: Source, name: str, rule: Rule, column: ContractColumn) -> None:
    is_time = column.type.lower() in {"timestamp", "date"}
    if (rule.formats or rule.partial or rule.not_before or rule.not_after or rule.zone) and not is_time:
        raise Misconfigured(
            f"source {source.name}: columns.{name} is a {column.type}, so it takes no formats, partial, not_before, not_after or zone"
        )
    if (rule.identifier or rule.pad) and not column.is_pseudonym:
        raise Misconfigured(
            f"source {source.name}: columns.{name} is not a pseudonym in the feed, so no identifier may go there"
        )
    if column.is_pseudonym and rule.made_of:
        raise Misconfigured(f"source {source.name}: columns.{name} is a pseudonym and cannot be made of other columns")


PARTS: dict[str, type[BaseModel]] = {"columns": Rule, "where": Filter, "unpivot": Unpivot, "header": After}
"""The lines that hold lines of their own."""
