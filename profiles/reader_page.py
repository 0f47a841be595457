"""What a reader's own page says: only what the portrait holds of them, told kindly and without comparing downwards.

Growth against oneself comes before any rank, and a rank is told only where it is in the upper half of at least thirty
named peers.  Whoever came little reads an invitation and not a verdict.  Everything the portrait holds stands on the page
in full, further down.  Sentences are made in :mod:`profiles.reader_words`, pictures in :mod:`profiles.charts.reader`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from profiles import group_words
from profiles.captions import Words
from profiles.charts.figures import amount, unit_word
from profiles.charts.reader import Spread, bars, hill, ring, spines, spread_of

Row = Mapping[str, Any]
KIND_FROM: Final = 0.5
"""A place among peers is told from the middle upwards."""
FEW_DAYS, FEW_LOANS = 5, 3
"""Below both, a term is told gently."""
CLASSES: Final = 6
"""So many classes have a place of their own on the shelf; the others share one."""


class Measure(NamedTuple):
    """A measure of which a reader's value can stand among their peers'."""

    name: str
    percentile: str
    unit: str
    zh: str
    en: str


MEASURES: Final = (
    Measure("visit_days", "visit_percentile", "days", "到馆天数", "Days in the library"),
    Measure("presence_hours", "presence_percentile", "hours", "在馆时长", "Hours in the library"),
    Measure("loans", "loan_percentile", "loans", "借阅图书", "Books borrowed"),
    Measure("bookings", "booking_percentile", "bookings", "座位与空间预约", "Seats and rooms booked"),
    Measure("resource_hours", "resource_percentile", "hours", "电子资源", "Electronic resources"),
    Measure("events_attended", "event_percentile", "visits", "参加活动", "Events attended"),
)
GROWN: Final = ("presence_hours", "visit_days", "loans")
KINDS: Final = {
    "first_visit": "visit",
    "hundredth_visit_day": "visit",
    "first_loan": "loan",
    "loans_10": "loan",
    "loans_50": "loan",
    "loans_100": "loan",
    "first_booking": "booking",
    "first_room": "room",
    "longest_streak": "streak",
}
NEAR: Final = 0.25
"""A badge of which less than this is done is not held out yet."""
BADGES: Final = 6
"""So many fit into one row."""
GOALS: Final = {
    "loans_10": ("loans_total", "loans"),
    "loans_50": ("loans_total", "loans"),
    "loans_100": ("loans_total", "loans"),
    "hundredth_visit_day": ("visit_days_total", "days"),
}
"""Badges with a number to reach, the total that grows towards it, and its unit."""

Hills = Mapping[tuple[str, str], Spread]
"""By peer group and measure."""


@dataclass(frozen=True)
class Reader:
    """The rows that the portrait holds of one person."""

    now: Row
    """Of portrait.current."""
    terms: Sequence[Row] = ()
    """Of portrait.individual, first to last, with the term's words."""
    milestones: Sequence[Row] = ()
    shelf: Sequence[Row] = ()
    places: Sequence[Row] = ()
    """Of segment.study_list, in the latest term."""
    segment: Row | None = None

    @property
    def is_gentle(self) -> bool:
        """Whether the term holds too little to be told in figures."""
        return (self.now["visit_days"] or 0) < FEW_DAYS and (self.now["loans"] or 0) < FEW_LOANS

    @property
    def is_graduating(self) -> bool:
        return bool(self.now["is_graduating"])


def hills_of(people: pl.DataFrame, fewest: int) -> dict[tuple[str, str], Spread]:
    """The hill of each group of peers and measure, of at least so many people in whom it was measured."""
    found = {}
    for (group,), peers in people.filter(pl.col("peer_group").is_not_null()).group_by("peer_group"):
        for measure in MEASURES:
            values = peers[measure.name].drop_nulls().cast(pl.Float64).to_numpy()
            if len(values) >= fewest and np.ptp(values) > 0:
                found[str(group), measure.name] = spread_of(values)
    return found


def hills(reader: Reader, spreads: Hills, lang: str) -> Iterator[dict[str, Any]]:
    """Where the reader stands in the upper half of their peers, measure by measure."""
    for measure in MEASURES:
        value, share = reader.now[measure.name], reader.now[measure.percentile]
        spread = spreads.get((reader.now["peer_group"] or "", measure.name))
        if value and share is not None and share >= KIND_FROM and spread is not None:
            beyond = int(share * 20) * 5
            said = Words(f"超过约 {beyond}% 的同伴", f"more than about {beyond}% of peers")
            own = figure(value, measure.unit, lang)
            words = f"{_title(measure, lang)} {own}; {said.of(lang)}"
            yield {
                "title": _title(measure, lang),
                "value": own,
                "said": said.of(lang),
                "median": figure(spread.median, measure.unit, lang),
                "picture": hill(spread, float(value), words),
            }


def own_ways(reader: Reader, spreads: Hills) -> list[Words]:
    """The measures of the term that are told without peers, because a comparison would not be kind."""
    told = []
    for measure in MEASURES:
        value, share = reader.now[measure.name], reader.now[measure.percentile]
        is_hill = share is not None and share >= KIND_FROM
        if value and not (is_hill and (reader.now["peer_group"] or "", measure.name) in spreads):
            told.append(
                Words(
                    f"{measure.zh} {figure(value, measure.unit, 'zh')}",
                    f"{measure.en.lower()}: {figure(value, measure.unit, 'en')}",
                )
            )
    return told


def growth(reader: Reader, lang: str) -> Iterator[dict[str, Any]]:
    """The reader's own terms side by side, for each measure that two of them have."""
    for measure in MEASURES:
        values = [(row[f"label_{lang}"], row[measure.name]) for row in reader.terms]
        known = [value for _, value in values if value is not None]
        if measure.name in GROWN and len(known) >= 2 and any(known):
            shown = [(_short(term), value, _figure(value, lang)) for term, value in values[-8:]]
            words = f"{_title(measure, lang)}: " + ", ".join(f"{term} {figure}" for term, _, figure in shown)
            yield {
                "title": _title(measure, lang),
                "picture": bars(shown, words),
                "unit": unit_word(measure.unit, lang),
            }


def badges(reader: Reader, lang: str, most: int = BADGES) -> list[dict[str, Any]]:
    """What was reached, the latest first, each with its day."""
    reached = sorted(reader.milestones, key=lambda row: (row["reached_on"], row["position"]), reverse=True)
    return [
        {
            "name": row[f"label_{lang}"],
            "note": f"{row['reached_on']}" if row["milestone"] != "longest_streak" else _weeks(row["value"], lang),
            "picture": ring(KINDS.get(row["milestone"], "other"), 1, row[f"label_{lang}"]),
        }
        for row in reached[:most]
    ]


def ahead(reader: Reader, known: Sequence[Row], lang: str) -> list[dict[str, Any]]:
    """The next badges with a number to reach, of which enough is done already; at most two, and none for who leaves."""
    if reader.is_graduating:
        return []
    reached = {row["milestone"] for row in reader.milestones}
    waiting: dict[str, dict[str, Any]] = {}
    for row in known:
        total, unit = GOALS.get(row["milestone"], ("", ""))
        done = reader.now[total] if total else None
        is_near = done and NEAR <= done / row["number"] < 1
        if is_near and row["milestone"] not in reached and total not in waiting:
            rest = figure(row["number"] - done, unit, lang)
            waiting[total] = {
                "name": row[f"label_{lang}"],
                "note": f"{done:,} / {row['number']:,}",
                "left": Words(f"再{'借' if unit == 'loans' else '来'} {rest}", f"{rest} to go").of(lang),
                "picture": ring(KINDS[row["milestone"]], done / row["number"], row[f"label_{lang}"]),
            }
    return list(waiting.values())[:2]


def shelf(reader: Reader, lang: str) -> list[dict[str, Any]]:
    """The books of all terms by main class, the largest first, what is left over as one."""
    books: dict[tuple[str, str], int] = {}
    names: dict[tuple[str, str], str] = {}
    for row in reader.shelf:
        code = (row["class_scheme"] or "", row["class_top"])
        books[code] = books.get(code, 0) + row["loans"]
        names[code] = row[f"label_{lang}"] or row["class_top"]
    largest = sorted(books, key=lambda code: (-books[code], code))
    told = [(names[code], books[code]) for code in largest[:CLASSES]]
    rest = sum(books[code] for code in largest[CLASSES:])
    told += [("其他" if lang == "zh" else "Others", rest)] if rest else []
    return [
        {"name": name, "loans": loans, "picture": spines(loans, place, f"{name}: {loans}")}
        for place, (name, loans) in enumerate(told)
    ]


def peers_words(reader: Reader) -> Words | None:
    """Who the peers are, and how many."""
    group, people = reader.now["peer_group"], reader.now["peers"]
    if not group or not people:
        return None
    named = group_words.peers(group)
    return Words(f"{people:,} 位{named.zh}", f"{people:,} {named.en}")


def figure(value: float, unit: str, lang: str) -> str:
    """A value of one person: whole where it is whole, unlike a mean."""
    if not float(value).is_integer():
        return amount(value, unit, lang)
    word = unit_word(unit, lang)
    return f"{value:,.0f} {word.removesuffix('s') if lang == 'en' and value == 1 else word}"


def _title(measure: Measure, lang: str) -> str:
    return measure.zh if lang == "zh" else measure.en


def _figure(value: float | None, lang: str) -> str:
    if value is None:
        return "未测" if lang == "zh" else "n/a"
    return f"{value:,.0f}"


def _short(term: str) -> str:
    """``Autumn 2025`` as ``Autumn 25``, ``2025年秋`` as ``25年秋``."""
    return term.replace("20", "", 1) if "20" in term else term


def _weeks(value: float | None, lang: str) -> str:
    weeks = f"{value or 0:.0f}"
    return f"{weeks} 个教学周" if lang == "zh" else f"{weeks} teaching weeks"


def who(reader: Reader, names: Mapping[str, Words]) -> Words:
    """The reader's own study, as far as the portrait knows it, and the term; a college by its name in either language."""
    now = reader.now
    term = reader.terms[-1] if reader.terms else {"label_zh": now["term"], "label_en": now["term"]}
    college, major = (name if name and name != group_words.UNKNOWN else "" for name in (now["college"], now["major"]))
    named = names.get(college, Words(college, college))
    zh, en = (term["label_zh"], named.zh, major), (term["label_en"], named.en, major)
    return Words(" · ".join(filter(None, zh)), " · ".join(filter(None, en)))


class Held(NamedTuple):
    """A column of the portrait with its words, under the heading where the record lists it."""

    name: str
    heading: Words
    label: Words


def record(
    reader: Reader, held: Sequence[Held], names: Mapping[str, Words], lang: str
) -> list[tuple[Words, list[tuple[str, str]]]]:
    """Every column that the portrait holds of the reader, under its heading, codes by their words."""
    headings = list(dict.fromkeys(column.heading for column in held))
    return [
        (
            heading,
            [(c.label.of(lang), _plain(c.name, reader.now[c.name], names, lang)) for c in held if c.heading == heading],
        )
        for heading in headings
    ]


def _plain(column: str, value: object, names: Mapping[str, Words], lang: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return {("zh", True): "是", ("zh", False): "否"}.get((lang, value), "yes" if value else "no")
    if isinstance(value, str):
        said = group_words.of_code(column, value, names).of(lang)
        return said[:1].upper() + said[1:]
    return f"{round(value, 2) + 0:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
