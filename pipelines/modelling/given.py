"""What the headers of all feeds say together, given to the statements that ask for it.

Several kinds of export may make up one feed: swipes and the daily summaries of another gate system are both ``gate``.
Each says in its header to which feed it belongs, what it is called, and whether its days are followed, so that a gap is
not taken for a quiet day:

    -- feed gate: 门禁 | gates | expected
    -- days: passed_at by building
    -- retention: 7 to 13 months     for how long its records may be kept, where a site sets a limit: long enough to tell a term

A statement whose header says ``given: every_day`` finds under that name the records of all of them, and a feed that is
added is there with its own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipelines.modelling.slips import suggestion
from pipelines.quoting import literal

if TYPE_CHECKING:
    from pipelines.modelling.header import Header

_FEED: Final = re.compile(r"(?P<zh>[^|]*[^|\s]) *\| *(?P<en>[^|]*[^|\s])(?P<expected> *\| *expected)?")
_RETENTION: Final = re.compile(r"(\d+) to (\d+) months")
_DAYS: Final = re.compile(r"(?P<day>\w+)(?: by (?P<place>\w+))?(?: where (?P<rule>.+))?")


@dataclass(frozen=True)
class Days:
    """The day of each record, the place where it was made, and which records count."""

    day: str
    place: str | None
    rule: str | None

    def select(self, table: str, feed: str) -> str:
        """A row for each record that counts: feed, place (``all`` where nothing says it), day."""
        place = f"coalesce({self.place}, 'all')" if self.place else "'all'"
        which = f"{self.day} is not null" + (f" and ({self.rule})" if self.rule else "")
        return f"select {literal(feed)} as feed, {place} as place, cast({self.day} as date) as day from {table} where {which}"


@dataclass(frozen=True)
class Feed:
    """What one file below ``sql/raw`` says of itself."""

    table: str
    name: str
    label_zh: str
    label_en: str
    is_expected: bool
    """Whether it is missed also where it never came."""
    reader: str | None
    """The column that says whose record it is."""
    days: Days | None
    retention: tuple[int, int] | None = None
    """The fewest and the most months for which its records may be kept; nothing where no limit can be set."""


def feed_of(table: str, header: Header, reader: str | None) -> Feed | None:
    """What a header says of its feed; nothing where it says none, or not in the form it has."""
    line = next((line for line in header.declarations if line.key == "feed"), None)
    words = _FEED.fullmatch(line.value) if line else None
    if line is None or words is None:
        return None
    name = line.name or table.partition(".")[2]
    is_expected = words["expected"] is not None
    return Feed(table, name, words["zh"], words["en"], is_expected, reader, _days_of(header), _retention_of(header))


def _days_of(header: Header) -> Days | None:
    found = _DAYS.fullmatch(next(iter(header.values("days")), ""))
    return Days(found["day"], found["place"], found["rule"]) if found else None


def _retention_of(header: Header) -> tuple[int, int] | None:
    found = _RETENTION.fullmatch(next(iter(header.values("retention")), ""))
    return (int(found[1]), int(found[2])) if found else None


def given_slips(table: str, header: Header) -> Iterator[tuple[int, str]]:
    """What is wrong with what a header gives to others, or asks for, as (line, words)."""
    lines = {line.key: line.line for line in header.declarations}
    if table.startswith("raw.") and feed_of(table, header, None) is None:
        yield lines.get("feed", 1), "it is not said what the feed is called — write `-- feed: 中文 | English`"
    if "days" in lines and _days_of(header) is None:
        yield lines["days"], "days: names no column — write `-- days: passed_at`, or `-- days: passed_at by building`"
    if "retention" in lines and not (_retention_of(header) and "happened" in lines):
        yield (
            lines["retention"],
            "it is not said how long records are kept — write `-- retention: 7 to 13 months`, and `-- happened: passed_at`",
        )
    for name in (name for name in header.names("given") if name not in GIVEN):
        yield lines["given"], f"nobody gives {name}{suggestion(name, GIVEN)} — there are {', '.join(GIVEN)}"


def _every_day(feeds: Sequence[Feed]) -> list[str]:
    return [feed.days.select(feed.table, feed.name) for feed in feeds if feed.days]


def _every_reader(feeds: Sequence[Feed]) -> list[str]:
    return [
        f"select {literal(feed.name)} as feed, {feed.reader} as patron_key from {feed.table}"
        for feed in feeds
        if feed.days and feed.reader
    ]


def _every_export(feeds: Sequence[Feed]) -> list[str]:
    return [f"select {literal(feed.table.partition('.')[2])} as export, {literal(feed.name)} as feed" for feed in feeds]


def merged(feeds: Iterable[Feed]) -> list[Feed]:
    """Each feed once, in the order in which it is told: the expected before the followed before the rest.

    What several exports make up bears the words of the first of them.
    """
    merged: dict[str, Feed] = {}
    for feed in sorted(feeds, key=lambda feed: feed.table):
        first = merged.setdefault(feed.name, feed)
        merged[feed.name] = replace(
            first,
            is_expected=first.is_expected or feed.is_expected,
            days=first.days or feed.days,
            retention=first.retention or feed.retention,
        )
    return sorted(
        merged.values(), key=lambda feed: (not feed.is_expected, not (feed.is_expected or feed.days), feed.name)
    )


GIVEN: Final = {"every_day": _every_day, "every_reader": _every_reader, "every_export": _every_export}


def with_given(text: str, header: Header, feeds: Sequence[Feed]) -> str:
    """A file's text with what it asks for before its own words, in the line of its first, so that lines keep their numbers."""
    asked = [name for name in header.names("given") if name in GIVEN]
    if not asked:
        return text
    parts = ", ".join(f"{name} as ({' union all '.join(GIVEN[name](feeds))})" for name in asked)
    return re.sub(
        r"^(with|select)\b", lambda first: f"with {parts}{_BEFORE[first[1]]}", text, count=1, flags=re.MULTILINE
    )


_BEFORE: Final = {"with": ",", "select": " select"}
