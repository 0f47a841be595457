"""How one system's export becomes a feed, as a preset or a site file says it.

Here stand the words a preset may use and the checks that need neither data nor the feed.  Reading a
site file belongs in :mod:`pipelines.campus`; holding a preset against its feed, in
:mod:`pipelines.receiving.contracts`; carrying the words out, in :mod:`pipelines.receiving.cells` and
:mod:`pipelines.receiving.canonical`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from pipelines.receiving.words import (
    After,
    Codes,
    Day,
    Delimiter,
    Extraction,
    Formats,
    Globs,
    Headings,
    Pattern,
    Patterns,
    Quote,
    Rejects,
    Strict,
    Text,
    Texts,
    Zone,
)


class Rule(Strict):
    """How one column of the feed is filled.  A bare heading is short for ``{from: heading}``."""

    headings: Headings = Field((), alias="from")
    value: Text | None = None
    """The same for every record."""
    record: bool = False
    """The number of the record in its file."""
    file_name: Extraction | None = None
    """Taken out of the file's name."""
    above: str | None = None
    """What stands right of this name in the lines above the headings."""
    join: tuple["Rule", ...] = ()
    """Several texts, put together with a space between; empty when one of them is."""
    heading: Extraction | None = None
    """Taken out of the heading of an unpivoted cell."""
    cell: bool = False
    """An unpivoted cell."""
    made_of: tuple[str, ...] = ()
    """A key made of other columns of the feed, where the file holds none."""
    optional: bool = False
    """Whether some files of this system lack the heading."""
    fill_down: bool = False
    """Whether an empty cell means what the last filled one above it says, as under merged cells of a workbook."""
    pattern: Extraction | None = None
    """The part of the text to keep; no match leaves it empty."""
    short_records: Literal["reject", "fill"] = "reject"
    """Whether a record with fewer cells than there are headings is no good, or its last ones are empty: some spreadsheets leave them out."""
    empty: Texts = ()
    """Texts that stand for an empty cell here."""
    map: Codes | None = None
    """What each code of the system means; the code "" stands for an empty cell."""
    if_empty: Text | None = None
    """What stands in for an empty cell."""
    allowed: tuple[Text, ...] = ()
    """The only texts there can be; another one tells of columns that have slipped."""
    damaged: Pattern | None = None
    """What text that was decoded wrongly looks like: it is kept, and noted."""
    formats: Formats = Field(default_factory=dict)
    """Ways in which a time is written, tried in order; what one leaves out is the first (of the month)."""
    partial: Formats = Field(default_factory=dict)
    """Ways in which an incomplete date is written: left empty, and noted."""
    not_before: Day | None = None
    not_after: Day | None = None
    next_day_if_before: str | None = None
    """The column of the feed that this time follows: an earlier one, from 22:00 to 01:00 under one date, is of the next day."""
    zone: Zone | None = None
    """The zone of the times as written, if it is not the campus's."""
    identifier: str | None = None
    """What kind of number of a person this is."""
    pad: int = Field(0, ge=0, le=32)
    """How many digits the number has, where leading zeros were lost."""
    uid: Literal["dec", "dec_reversed", "hex", "hex_reversed"] | None = None
    """How a reader writes a card's serial number, which then becomes one decimal form."""
    divided_by: int = Field(1, ge=1)
    """What a number is divided by."""
    scale: int = Field(1, ge=1)
    """What a number is multiplied by."""
    thousands: Literal[",", ".", " ", "'"] | None = None
    """What parts the thousands of a number."""
    decimal: Literal[",", "."] = "."

    @model_validator(mode="before")
    @classmethod
    def _bare_heading(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list) else value

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Rule":
        given = [self.headings, self.record, self.join, self.cell]
        given += [part is not None for part in (self.value, self.file_name, self.above, self.heading)]
        if sum(map(bool, given)) > 1 or not (any(given) or self.made_of):
            raise ValueError("needs exactly one of from, value, record, file_name, above, join, heading, cell, made_of")
        return self

    @property
    def parts(self) -> tuple["Rule", ...]:
        """The rule and those it joins."""
        return (self, *(part for rule in self.join for part in rule.parts))


class Filter(Strict):
    """A condition on one cell of a record; under ``where``, with the reason why others do not count."""

    heading: Headings
    keep: Texts | None = Field(None, alias="in")
    drop: Texts | None = Field(None, alias="not_in")
    matches: Pattern | None = None
    not_matches: Pattern | None = None
    optional: bool = False
    """Whether some files of this system lack the heading; its cells are then empty."""
    reason: str = Field("filtered", pattern=r"^[a-z_]+$")

    @model_validator(mode="after")
    def _says_which(self) -> "Filter":
        if sum(part is not None for part in (self.keep, self.drop, self.matches, self.not_matches)) != 1:
            raise ValueError("needs exactly one of in, not_in, matches, not_matches")
        return self


class Unpivot(Strict):
    """Cells of one record that become a row each: questions, months, areas.

    Short forms: a pattern of their headings, or each heading with a code of its own.
    """

    headings: Codes | Pattern
    """Which cells; one that another rule reads is never among those of a pattern."""
    but_not: Pattern | None = None
    split: str | None = None
    """What parts several answers in one cell; each becomes a row."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        is_whole = isinstance(value, dict) and "headings" in value
        return value if is_whole or isinstance(value, Unpivot) else {"headings": value}

    @model_validator(mode="after")
    def _codes_differ(self) -> "Unpivot":
        if isinstance(self.headings, dict) and len(set(self.headings.values())) < len(self.headings):
            raise ValueError("two headings have the same code")
        return self


class SameKey(Strict):
    """Records that are one because these columns are the same, or were within so many seconds."""

    key: tuple[str, ...] = Field(min_length=1)
    within: int | None = Field(None, ge=1)
    at: str | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> "SameKey":
        if (self.within is None) != (self.at is None):
            raise ValueError("within and at go together: so many seconds, by this time")
        return self


class Lines(Strict):
    """The lines of a preset, each of which a site file may override."""

    feed: str
    files: Globs = Field(min_length=1)
    format: Literal["csv", "xlsx", "fixed", "json", "jsonl", "copy", "log"] = "csv"
    member: str | None = None
    """Which file of a zip to read, where it holds several."""
    delimiter: Delimiter = ","
    quote: Quote = '"'
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16", "big5", "cp1252", "latin-1"] = "auto"
    sheet: Annotated[int, Field(ge=1)] | str = 1
    """Which sheet of a workbook, by its number or name; ``all``: every one that holds something, with the same headings."""
    header: Annotated[int, Field(ge=1, le=1000)] | After | Literal["detect", "none"] = 1
    """The line that holds the headings."""
    header_lines: int = Field(1, ge=1, le=5)
    """Of how many lines the headings are made; the last is ``header``, and a cell of the upper ones reaches to the next."""
    headings: tuple[str, ...] = ()
    """What the columns are, where no line of the file says it."""
    below_header: int = Field(0, ge=0, le=10)
    """How many records under the headings explain them further."""
    fixed: dict[str, tuple[int, int]] = Field(default_factory=dict)
    """First and last position of each column, counted from 1: bytes where the file is in GB18030 or Big5, characters elsewhere."""
    records: str = Field("[]", pattern=r"^[^\s\[\]{}]*(\[\]|\{\w+\})?(\.?[^\s\[\]{}]+(\[\]|\{\w+\})?|\{\w+\}|\[\])*$")
    """Where the records of a JSON document are."""
    table: str | None = None
    """Which table of a PostgreSQL dump to read."""
    log: str | None = None
    """The log format, in Apache's or EZproxy's words."""
    line: Pattern | None = None
    """The log format, as a pattern with named groups."""
    footer: Pattern | None = None
    """What the first cell of a line that is no record looks like."""
    short_records: Literal["reject", "fill"] = "reject"
    """Whether a record with fewer cells than there are headings is no good, or its last ones are empty: some spreadsheets leave them out."""
    empty: Texts = ()
    """Texts that stand for an empty cell."""
    columns: dict[str, Rule]
    where: tuple[Filter, ...] = ()
    nobody: tuple[Filter, ...] = ()
    """Which records count, but not for a person."""
    people_who_are_not: Patterns = ()
    """Identifiers that belong to no person."""
    unpivot: Unpivot | None = None
    duplicates: Literal["exact", "keep"] | SameKey = "exact"
    replaces: Literal["same_name", "same_period", "everything", "nothing"] = "same_name"
    """Which earlier files a file takes the place of."""
    period: Extraction | None = None
    """The period a file is about, taken out of its name."""
    rejects: Rejects = Rejects()

    @model_validator(mode="after")
    def _is_whole(self) -> "Lines":
        needs = {"fixed": bool(self.fixed), "copy": bool(self.table), "log": bool(self.log) != bool(self.line)}
        if not needs.get(self.format, True):
            words = {"fixed": "fixed", "copy": "table", "log": "either log or line"}
            raise ValueError(f"format {self.format} needs {words[self.format]}")
        if (self.header == "none") != bool(self.headings):
            raise ValueError("header: none and headings go together")
        if self.sheet == "all" and any(part.above for rule in self.columns.values() for part in rule.parts):
            raise ValueError("sheet: all and above do not go together, since each sheet may say something else")
        if self.replaces == "same_period" and not self.period:
            raise ValueError("replaces: same_period needs period, a pattern on the file's name")
        if self.unpivot and isinstance(self.duplicates, SameKey):
            raise ValueError("duplicates by key cannot be told where records are unpivoted")
        return self


class Source(Lines):
    """One export of this campus, with nothing left to look up."""

    name: str


PARTS: dict[str, type[BaseModel]] = {
    "columns": Rule,
    "where": Filter,
    "nobody": Filter,
    "unpivot": Unpivot,
    "header": After,
    "duplicates": SameKey,
    "rejects": Rejects,
}
"""The lines that hold lines of their own."""
