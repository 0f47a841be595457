"""Which services of the catalogue this site can offer by need, and why it cannot offer the others.

What the catalogue may say belongs in :mod:`pipelines.serving.services`, its conditions in :mod:`pipelines.serving.service_sql`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.campus import Words
from pipelines.serving import service_sql
from pipelines.serving.service_sql import Column
from pipelines.serving.services import Catalogue, Service, catalogue_path, read_catalogue
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

STATED = Words(zh="读者在调查中表示需要", en="the reader said so in a survey")
_HERE = """
select feed from ref.received_day
union
select concat('space:', space_type) as feed from clean.booking
"""


@dataclass(frozen=True)
class Feeds:
    """The feeds of a site: what each is called, and which have brought anything."""

    words: Mapping[str, Words]
    here: frozenset[str]

    def missing(self, needs: tuple[str, ...]) -> list[str]:
        return [need for need in needs if need not in self.here]

    def complaint(self, missing: list[str]) -> Words:
        zh = "、".join(self.words[need].zh if need in self.words else need for need in missing)
        return Words(zh=f"需要：{zh}——本馆暂无", en=f"needs: {', '.join(missing)} — this site has none")


def site_catalogue(site: Site) -> tuple[Catalogue, dict[str, set[Column]]]:
    """The site's services, and the columns that each uses.

    Raises:
        Misconfigured: the file says something that it may not.

    """
    path = catalogue_path(site.campus)
    return _checked(str(path), path.stat().st_mtime_ns if path.is_file() else 0)


@cache
def _checked(path: str, changed_at: int) -> tuple[Catalogue, dict[str, set[Column]]]:
    from pathlib import Path

    catalogue = read_catalogue(Path(path), frozenset(_feed_names()))
    return catalogue, service_sql.check(Path(path).name, catalogue, models())


def _feed_names() -> set[str]:
    """What a service may need: a feed, or one kind of its exports."""
    said = [model.feed for model in models().values() if model.feed]
    return {feed.name for feed in said} | {feed.table.partition(".")[2] for feed in said}


def feeds(warehouse: Warehouse, catalogue: Catalogue) -> Feeds:
    """The feeds that a catalogue may name, as they stand in a warehouse."""
    words = {
        feed: Words(zh=zh, en=en) for feed, zh, en in warehouse.rows_of("select feed, label_zh, label_en from ref.feed")
    }
    raw = [model.table for model in models().values() if model.is_feed]
    filled = {table.partition(".")[2] for table in raw if warehouse.rows_of(f"select 1 from {table} limit 1")}
    here = {feed for (feed,) in warehouse.rows_of(_HERE)} | filled
    return Feeds({**words, **catalogue.not_yet}, frozenset(here))


def state(service: Service, feeds: Feeds, as_of: dt.date) -> tuple[str, Words | None]:
    """How a service stands on a day, and what is to be said about it."""
    missing = feeds.missing(service.needs)
    unseen = feeds.missing(service.outcome.needs) if service.outcome else []
    if service.never_targeted:
        return "never_targeted", service.never_targeted
    if service.no_software:
        return "no_software", service.no_software
    if service.starts > as_of:
        return "not_begun", Words(zh=f"{service.starts} 开始", en=f"begins on {service.starts}")
    if service.ends and service.ends < as_of:
        return "ended", Words(zh=f"{service.ends} 结束", en=f"ended on {service.ends}")
    if missing:
        return "feed_missing", feeds.complaint(missing)
    return "ready", service.made_here or (_unseen(feeds.complaint(unseen)) if unseen else None)


def _unseen(complaint: Words) -> Words:
    return Words(zh=f"结果无法测量，{complaint.zh}", en=f"what came of it is not told, {complaint.en}")


def is_need_told(service: Service, status: str) -> bool:
    return status == "ready" and service.has_signs


def catalogue_rows(
    catalogue: Catalogue, used: Mapping[str, set[Column]], feeds: Feeds, as_of: dt.date
) -> list[dict[str, object]]:
    """The rows of service.catalogue."""
    return [_row(code, service, catalogue, used[code], feeds, as_of) for code, service in catalogue.services.items()]


def _row(
    code: str, service: Service, catalogue: Catalogue, used: set[Column], feeds: Feeds, as_of: dt.date
) -> dict[str, object]:
    status, remark = state(service, feeds, as_of)
    family, outcome = catalogue.families[service.family], service.outcome
    return {
        "service": code,
        "number": service.number,
        "version": service.version,
        "label_zh": service.name.zh,
        "label_en": service.name.en,
        "family": service.family,
        "family_zh": family.zh,
        "family_en": family.en,
        "offered_to": service.offered_to,
        "drawn_by": service.drawn_by,
        "channel": service.channel,
        "cap_class": service.cap_class,
        "owner": service.owner,
        "purpose": service.purpose,
        "window_days": outcome.days if outcome else None,
        "outcome_zh": outcome.zh if outcome else None,
        "outcome_en": outcome.en if outcome else None,
        "starts_on": service.starts,
        "ends_on": service.ends,
        "needs": ", ".join(service.needs),
        "used_columns": ", ".join(f"{table}.{name}" for table, name in sorted(used)),
        "is_need_told": is_need_told(service, status),
        "is_outcome_told": outcome is not None and status == "ready" and not feeds.missing(outcome.needs),
        "status": status,
        "remark_zh": remark.zh if remark else None,
        "remark_en": remark.en if remark else None,
    }


def reason_rows(catalogue: Catalogue) -> list[dict[str, object]]:
    """The rows of service.reason."""
    rows: list[dict[str, object]] = []
    for code, service in catalogue.services.items():
        said = [("stated", 1.0, STATED)] if service.stated else []
        reasons = said + [(reason, sign.strength, sign) for reason, sign in service.in_order]
        rows += [
            {"service": code, "reason": reason, "position": n, "strength": strength, "label_zh": w.zh, "label_en": w.en}
            for n, (reason, strength, w) in enumerate(reasons, 1)
        ]
    return rows


def answer_rows(catalogue: Catalogue) -> pl.DataFrame:
    """The rows of ref.service_answer."""
    rows = [
        (code, item, answer, is_wanted)
        for code, service in catalogue.services.items()
        for said, is_wanted in ((service.stated, True), (service.declined, False))
        for item, answers in said.items()
        for answer in answers
    ]
    schema = {"service": pl.String, "item": pl.String, "answer": pl.String, "is_wanted": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
