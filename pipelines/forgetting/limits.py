"""How long records are kept, as the site file sets it within what the headers of feeds allow, and which day follows from it.

What becomes of those that are older belongs in :mod:`pipelines.forgetting.retention`.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from pipelines.building import months
from pipelines.campus import CalendarYears, Campus
from pipelines.errors import Misconfigured
from pipelines.modelling.slips import suggestion
from pipelines.site import Site, feeds, models

_YEAR_AND_A_MONTH = 13
"""Where terms are calendar years, the records of one are all needed until it is over."""


def limits(site: Site) -> dict[str, int]:
    """By table of records, how many months the site keeps them; those that it keeps without limit are not named.

    Raises:
        Misconfigured: there is no such feed, or its records cannot or may not be kept for so long.

    """
    known = {feed.name: feed.retention for feed in feeds() if feed.retention}
    for name, written in site.campus.retention.items():
        if name not in known:
            raise Misconfigured(
                f"retention: no limit can be set for ‘{name}’{suggestion(name, known)} — there are {', '.join(known)}"
            )
        fewest, most = _range(site.campus, *known[name])
        if not fewest <= _months(written) <= most:
            raise Misconfigured(
                f"retention.{name}: {written} — say {fewest} to {most} months: fewer would cut a term short, more are not needed"
            )
    told = {model.table: model.feed for model in models().values() if model.feed}
    for source in site.every_source():
        feed = told[f"raw.{source.feed}"]
        if feed.name in site.campus.retention and not feed.retention:
            raise Misconfigured(
                f"retention.{feed.name}: {source.name} fills {source.feed}, of which no limit can be set — take out the line"
            )
    limited = {table: feed.name for table, feed in told.items() if feed.retention}
    return {t: _months(site.campus.retention[name]) for t, name in limited.items() if name in site.campus.retention}


def kept_from(today: dt.date, months_kept: int, days_before: int = 0) -> dt.date:
    """The first month that is told of all its records, none of which is older than so many months.

    So many days before it are kept as well, for its first days are not told without them.
    """
    month = today.year * 12 + today.month - 1 - months_kept
    last = dt.date(month // 12, month % 12 + 1, 1) + dt.timedelta(days=31)
    last_day = last.replace(day=1) - dt.timedelta(days=1)
    oldest = last_day.replace(day=min(today.day, last_day.day))
    return months.first_from(oldest + dt.timedelta(days=days_before))


def today(campus: Campus) -> dt.date:
    """The day that it is at the campus."""
    return dt.datetime.now(ZoneInfo(campus.timezone)).date()


def _range(campus: Campus, fewest: int, most: int) -> tuple[int, int]:
    is_by_years = isinstance(campus.terms, CalendarYears) and most >= _YEAR_AND_A_MONTH
    return (max(fewest, _YEAR_AND_A_MONTH) if is_by_years else fewest), most


def _months(written: str) -> int:
    return int(written.partition(" ")[0])
