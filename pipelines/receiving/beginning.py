"""The beginning of a preset, for an export that none of the known ones reads as it is.

What a heading usually means is learnt from the presets themselves: a heading that one of them reads
for a column is proposed for that column again.  How near those come belongs in
:mod:`pipelines.receiving.likeness`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import yaml

from pipelines.receiving.contracts import Contract
from pipelines.receiving.headings import apart, plain
from pipelines.receiving.presets import Rule, Source
from pipelines.receiving.shapes import Shape

_TIMES = (
    *("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d"),
    *("%Y/%m/%d", "%Y%m%d", "%Y%m%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M"),
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y年%m月%d日", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M"),
    *(
        "%Y.%m.%d",
        "%Y%m%d%H%M%S",
        "%d-%b-%y %I.%M.%S.%f %p",
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%m-%d-%Y %H:%M",
        "%d-%m-%Y %H:%M",
    ),
    *("%m/%d/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d-%b-%y", "%Y-%m-%dT%H:%M:%S%z"),
    "%d/%b/%Y:%H:%M:%S %z",
)

_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""A spreadsheet's days, from 1954 to 2091: with the time of a day behind the point, they are no number of anything else."""

_NEAREST = 2
"""Of so many feeds is told what they would need."""

_ASIDE = re.compile(r"\s*[(（][^()（）]*[)）]$")
"""What a heading says of itself in brackets: the level (Self), a unit, a form."""

_BETWEEN = re.compile(r"[\s_-]+")
"""What parts the words of a heading."""

_NUMBER = re.compile(r"\.\d+$")
"""By which a heading is told from others that are the same."""


@dataclass(frozen=True)
class Meaning:
    """What a heading is to one of the presets."""

    feed: str
    column: str
    rule: Rule


@dataclass(frozen=True)
class Proposal:
    """A feed that a file may be of, and what would fill its columns."""

    contract: Contract
    columns: dict[str, Any]

    @property
    def unmet(self) -> list[str]:
        """What the feed requires and nothing fills."""
        return [one.name for one in self.contract.columns if one.required and one.name not in self.columns]

    @property
    def is_half_met(self) -> bool:
        """Whether at least half of what the feed requires is there: with less, a file is likelier another kind of export."""
        return 2 * len(self.unmet) <= sum(one.required for one in self.contract.columns)


def beginning(
    shape: Shape, presets: Iterable[Source], contracts: dict[str, Contract], name: str, feed: str | None = None
) -> str:
    """A preset to begin with, in which what could not be guessed is said to be open."""
    shape = replace(shape, headings=apart(shape.headings))
    meanings = _meanings(presets, shape.headings)
    spoken_of = [feed] if feed else _spoken_of(meanings)
    near = _nearest_first([Proposal(contracts[one], _columns(shape, meanings, contracts[one])) for one in spoken_of])
    proposal = next((one for one in near if feed or one.is_half_met), None)
    columns = proposal.columns if proposal else {}
    lines = {"feed": proposal.contract.feed if proposal else "…", "files": name, **_spelt(shape), "columns": columns}
    about = _of_feed(proposal) if proposal else _of_feeds(near)
    remarks = [*about, *_of_encoding(shape), *_of_times(shape, columns), *_unread(shape, columns)]
    comments = "".join(f"# {line}\n" for line in remarks)
    return f"# A first guess: look at every line before it is used.\n{_yaml(lines)}{comments}"


def beside_a_preset(preset: str, name: str, lines: dict[str, Any]) -> str:
    """A preset that takes in a file by a known one, with what has to be said beside it."""
    return _yaml({"preset": preset, "files": name, **lines}, in_braces=False)


def _yaml(lines: dict[str, Any], in_braces: bool | None = None) -> str:
    return yaml.safe_dump(lines, allow_unicode=True, sort_keys=False, default_flow_style=in_braces, width=120)


def _spoken_of(meanings: dict[str, list[Meaning]]) -> list[str]:
    """The feeds that headings speak of; one heading alone, such as ID, says nothing."""
    counted = Counter(feed for words in meanings.values() for feed in {word.feed for word in words})
    return [feed for feed, headings in counted.items() if headings > 1]


def _nearest_first(proposals: list[Proposal]) -> list[Proposal]:
    """First that of which most is there, of several that which lacks least, of several the first by name."""
    return sorted(proposals, key=lambda one: (-len(one.columns), len(one.unmet), one.contract.feed))


def time_forms(texts: Iterable[str]) -> list[str]:
    """The ways of writing a time that fit every text; several where day and month can be mistaken."""
    given = [text.strip() for text in texts if text.strip()]
    forms = [form for form in _TIMES if given and all(_reads(text, form) for text in given)]
    is_counted = all(map(_SERIAL.fullmatch, given)) and any("." in text for text in given)
    return [*forms, "excel_days"] if is_counted else forms


def _reads(text: str, form: str) -> bool:
    try:
        year = datetime.strptime(text, form).year
    except ValueError:
        return False
    return 1800 <= year < 2200  # digits of another kind make a day of the year 1756


def _meanings(presets: Iterable[Source], headings: tuple[str, ...]) -> dict[str, list[Meaning]]:
    """What each heading of the file is elsewhere."""
    known: dict[str, list[Meaning]] = {}
    for preset in presets:
        for column, rule in preset.columns.items():
            for heading in (name for part in rule.parts for name in part.headings):
                known.setdefault(_spelling(plain(heading)), []).append(Meaning(preset.feed, column, rule))
    spelt = {heading: [word for word in _spellings(heading) if word in known] for heading in headings}
    return {heading: known[words[0]] for heading, words in spelt.items() if words}


def _spellings(heading: str) -> tuple[str, ...]:
    """A heading, without what it says of itself, and without its number."""
    return _spelling(heading), _spelling(_ASIDE.sub("", heading)), _spelling(_NUMBER.sub("", heading))


def _spelling(heading: str) -> str:
    """A heading by its letters alone: PATRON_ID is Patron Id, CallNumber is Call Number; but %u and %U of a log are two."""
    return heading if heading.startswith("%") else _BETWEEN.sub("", heading).lower()


def _columns(shape: Shape, meanings: dict[str, list[Meaning]], contract: Contract) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    kinds = {column.name: column.type.lower() for column in contract.columns}
    orders = _orders(shape)
    for heading, words in meanings.items():
        texts, rules = _texts(shape, heading), _rules(words, contract, {*columns})
        for place, (column, known) in enumerate(rules.items()):
            is_time = kinds[column] in {"timestamp", "date"}
            lines = _formats(texts, orders) if is_time else _kept(known, texts)
            if place == 0 or "pattern" in lines:
                columns[column] = {"from": heading, **lines} if lines else heading
    return columns


def _rules(words: list[Meaning], contract: Contract, filled: set[str]) -> dict[str, list[Rule]]:
    """By what rules presets read the columns of a feed from a heading, first the column that most read; those that are filled left out."""
    here = [word for word in _in_feed(words, contract) if word.column not in filled]
    counted = Counter(word.column for word in here).most_common()
    return {column: [word.rule for word in here if word.column == column] for column, _ in counted}


def _in_feed(words: list[Meaning], contract: Contract) -> list[Meaning]:
    """What a heading is in a feed; who a person is, is told alike in every feed."""
    persons = {column.name for column in contract.columns if column.is_pseudonym}
    return [word for word in words if word.feed == contract.feed] or [word for word in words if word.column in persons]


def _orders(shape: Shape) -> set[str]:
    """With what the times of a file begin, day or month or year, as far as they can be read in one way only."""
    every = (time_forms(_texts(shape, heading)) for heading in shape.headings)
    return {forms[0][:2] for forms in every if len(forms) == 1}


def _formats(texts: list[str], orders: set[str]) -> dict[str, str]:
    """The form of times; of several that read them all, the one that goes with the other times of the file."""
    forms = time_forms(texts)
    return {"formats": next((form for form in forms if form[:2] in orders), forms[0])} if forms else {}


def _kept(rules: list[Rule], texts: list[str]) -> dict[str, Any]:
    """What most presets make of such cells: the part that they keep, what its codes mean; nothing that does not fit these."""
    fitting = [_worded(rule) for rule in rules if not rule.join and _is_fit(rule, texts)]
    return max(fitting, key=fitting.count, default={})


def _worded(rule: Rule) -> dict[str, Any]:
    return {word: value for word, value in (("pattern", rule.pattern), ("map", rule.map)) if value}


def _is_fit(rule: Rule, texts: list[str]) -> bool:
    """Whether a rule finds something in cells, and knows all that it finds."""
    found = [re.search(rule.pattern, text) for text in texts] if rule.pattern else []
    parts = [one[1] or "" if one else "" for one in found] if rule.pattern else [text.strip() for text in texts]
    if rule.map is None:
        return any(parts) or not rule.pattern
    return any(part in rule.map for part in parts) and all(part in rule.map for part in parts if part)


def _texts(shape: Shape, heading: str) -> list[str]:
    place = shape.headings.index(heading)
    return [row[place] for row in shape.samples if len(row) > place]


def _spelt(shape: Shape) -> dict[str, Any]:
    lines = dict(shape.lines)
    if shape.encoding not in {"utf-8", "xlsx", "xls"}:
        lines["encoding"] = shape.encoding
    if lines.get("header") == "none":
        lines["headings"] = [f"c{number}" for number in range(1, len(shape.samples[0]) + 1)] if shape.samples else []
    return lines


def _of_feed(proposal: Proposal) -> list[str]:
    """What a feed has room for, and the file seems not to hold."""
    columns = [column.name for column in proposal.contract.columns]
    room = [name for name in columns if name not in {*proposal.columns, *proposal.unmet}]
    needs = [f"required, and not found: {name}" for name in proposal.unmet]
    return [*needs, f"there is room for: {', '.join(room)}"] if room else needs


def _of_feeds(near: list[Proposal]) -> list[str]:
    """Why no feed is proposed; what the nearest would need."""
    needs = "; ".join(f"{one.contract.feed} would need {', '.join(one.unmet)}" for one in near[:_NEAREST])
    why = f"less than half is here of what any requires ({needs})" if needs else "too few headings are known"
    return [f"feed: {why} — `mingyuan feeds` lists what there is; then inspect with --feed"]


def _of_encoding(shape: Shape) -> list[str]:
    return [f"encoding: {shape.encoding} is a guess — look whether the letters are right"] if shape.is_guessed else []


def _of_times(shape: Shape, columns: dict[str, Any]) -> list[str]:
    """Which other forms read the times of a column as well."""
    lines = []
    for name, rule in columns.items():
        form = rule.get("formats") if isinstance(rule, dict) else None
        others = [one for one in time_forms(_texts(shape, rule["from"])) if one != form] if form else []
        if others:
            lines.append(f"{name}: which comes first, day or month? {' or '.join(others)} reads all of them too")
    return lines


def _unread(shape: Shape, columns: dict[str, Any]) -> list[str]:
    """The headings that nothing reads, with what kind of time stands under them."""
    read = {plain(rule["from"] if isinstance(rule, dict) else rule) for rule in columns.values()}
    lines = []
    for heading in (heading for heading in shape.headings if heading and heading not in read):
        forms = time_forms(_texts(shape, heading))
        lines.append(f"not read: {heading}" + (f" (a time: {' or '.join(forms)})" if forms else ""))
    return lines
