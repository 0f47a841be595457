"""What a page says first: a headline, three numbers, what changed, what is needed and three things to do.

Chosen by rule from the findings, so that the same figures always tell the same story.  What counts
as a finding is in ``findings``, the advice in ``remedies``, sentences above sections in ``captions``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from profiles.captions import SiteWords, Words
from profiles.findings import ENOUGH_PEOPLE, Finding, KeyNumber, find, key_number
from profiles.remedies import keep, remedy
from profiles.service_words import arrange, need, stands_out

Row = Mapping[str, Any]
MOST_CHANGES: Final = 5
MOST_NEEDS: Final = 3
MOST_ACTIONS: Final = 3


@dataclass(frozen=True)
class Action:
    """A thing to do and why."""

    what: Words
    why: Words


@dataclass(frozen=True)
class Story:
    """The first screen of a page."""

    clauses: tuple[Words, ...]
    numbers: tuple[KeyNumber, ...]
    changes: tuple[Words, ...]
    needs: tuple[Words, ...]
    actions: tuple[Action, ...]
    findings: tuple[Finding, ...]

    @property
    def headline(self) -> Words:
        return Words("，".join(clause.zh for clause in self.clauses), "; ".join(clause.en for clause in self.clauses))


def tell(rows: Mapping[str, Sequence[Row]], site: SiteWords) -> Story:
    """The first screen, from the reporting term's ``indicators``, ``distribution``, ``survey`` and, where there are any, ``services``."""
    found = find(rows, site)
    told = _most_telling(found)
    missed = [row for row in rows.get("services", ()) if stands_out(row)]
    lacking = [need(row, site) for row in missed]
    arranged = [Action(arrange(row), need(row, site)) for row in missed[:1]]
    return Story(
        clauses=_clauses(found, rows, site),
        numbers=_numbers(rows["indicators"], told, site),
        changes=_changes(found),
        needs=(*lacking[:1], *_needs(found), *lacking[1:])[:MOST_NEEDS],
        actions=(*arranged, *_actions(found, rows["indicators"]))[:MOST_ACTIONS],
        findings=tuple(found),
    )


def _most_telling(found: Sequence[Finding]) -> list[Finding]:
    """What the headline says, then the largest of what is left: three subjects at most."""
    told: list[Finding] = []
    for item in [*_leading(found), *found]:
        if len(told) < 3 and item.subject not in {other.subject for other in told}:
            told.append(item)
    return told


def _leading(found: Sequence[Finding]) -> list[Finding]:
    """Where the group is ahead and what worries; where there is neither, what has moved."""
    moving = [item for item in found if item.kind in ("rise", "fall")]
    standing = [item for item in found if item not in moving]
    best = [next((item for item in standing if item.is_good is good), None) for good in (True, False)]
    return [item for item in (*best, *moving) if item is not None][:2]


def _clauses(found: Sequence[Finding], rows: Mapping[str, Sequence[Row]], site: SiteWords) -> tuple[Words, ...]:
    """The headline in one or two clauses: what goes well, what does not, or else what moved."""
    told = [_clause(item, site) for item in _leading(found)]
    if told:
        return (Words(told[0].zh, told[0].en[:1].upper() + told[0].en[1:]), *told[1:])
    known = [row for row in rows["indicators"] if row["value"] is not None]
    if known and all((row["persons"] or 0) < ENOUGH_PEOPLE for row in known):
        return (Words("人数较少，差别可能只是偶然", "Too few members for differences to mean much"),)
    if known:
        return (Words(f"各项指标与{site.whole.zh}水平相近", f"Much like the rest of the {site.all.en}"),)
    if any(row["mean"] is not None for row in rows["survey"]):
        return (Words("读者对各项服务没有突出的不满", "No service stands out as a worry to readers"),)
    return (Words("本期没有可以公布的数字", "No figures can be given this term"),)


def _clause(item: Finding, site: SiteWords) -> Words:
    name = item.name
    if item.kind == "ahead":
        return Words(f"{name.zh}好于多数{site.units.zh}", f"better than most {site.units.en} on {name.en}")
    if item.kind == "rise":
        return Words(f"{name.zh}较上年同期上升", f"{name.en} up on a year earlier")
    if item.kind == "fall":
        return Words(f"{name.zh}较上年同期下降", f"{name.en} down on a year earlier")
    return Words(f"{name.zh}有待改善", f"room to improve on {name.en}")


def _numbers(indicators: Sequence[Row], told: Sequence[Finding], site: SiteWords) -> tuple[KeyNumber, ...]:
    """The numbers of what was told, made up to three in the page's own order."""
    subjects = {item.subject for item in told}
    others = [row for row in indicators if row["value"] is not None and row["indicator"] not in subjects]
    return (*(item.number for item in told), *(key_number(row, site) for row in others))[:3]


def _changes(found: Sequence[Finding]) -> tuple[Words, ...]:
    """What moved most on a year earlier, whichever way."""
    return tuple(item.words for item in found if item.kind in ("rise", "fall"))[:MOST_CHANGES]


def _needs(found: Sequence[Finding]) -> list[Words]:
    """Where the group lies behind or is not content; what has become worse stands among the changes."""
    told: dict[str, Words] = {}
    for item in found:
        if item.is_good is False and item.kind not in ("rise", "fall"):
            told.setdefault(item.subject, item.words)
    return list(told.values())


def _actions(found: Sequence[Finding], indicators: Sequence[Row]) -> tuple[Action, ...]:
    """What to do about the largest shortfalls, then what to keep; no advice twice, three at most."""
    views = {row["indicator"]: row["view"] for row in indicators}
    actions: dict[str, Action] = {}
    for item in sorted(_judged(found), key=lambda item: bool(item.is_good)):
        what = keep(item.name) if item.is_good else remedy(item.kind, item.subject, item.name, views.get(item.subject))
        actions.setdefault(what.zh, Action(what, item.words))
    return tuple(actions.values())[:3]


def _judged(found: Sequence[Finding]) -> Iterator[Finding]:
    """One finding for each subject, the largest, where there is a better and a worse."""
    seen: set[str] = set()
    for item in found:
        if item.is_good is not None and item.subject not in seen:
            seen.add(item.subject)
            yield item
