"""What a terminal is told of feeds: every kind of export there is room for, and what of it has come here.

What a feed holds stands in its contract below ``sql/raw``; how a vendor's file becomes one, in a preset.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from pipelines import paths
from pipelines.commands.answers import shown
from pipelines.errors import Busy
from pipelines.models import Model
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_PATIENCE_SECONDS = 1.0
_OF_TIME = {"TIMESTAMP", "DATE"}
_FEED, _PRESET = (re.compile(rf"^{key}: *([\w-]+)", re.MULTILINE) for key in ("feed", "preset"))
_ARRIVED = """
select feed, count(*) filter (where status = 'loaded') as files, max(received_at) as last_came
from ledger.file where status <> 'refused' group by feed"""


@dataclass(frozen=True)
class Came:
    """What has come of one feed, and the days that it tells of."""

    files: int
    last_came: dt.datetime
    first_day: dt.date | None
    last_day: dt.date | None


def feed_list(site: Site) -> Iterator[Table]:
    """Each feed with its words, presets, sources and arrivals; those that nothing fills here stand back."""
    feeds = [model for model in models().values() if model.is_feed]
    presets, came = _presets(), _came(site)
    width = max(len(_name(model)) for model in feeds)
    for model in sorted(feeds, key=lambda model: not site.sources(_name(model))):
        name = _name(model)
        sources = [source.name for source in site.sources(name)]
        table = Table.grid(padding=(0, 2), pad_edge=False)
        table.add_column(width=width, justify="right")
        table.add_column(overflow="fold")
        for heading, words in [
            (name, _first_sentence(model)),
            ("", "、".join(f"{column.name} {column.label_zh}" for column in model.columns if column.line > 0)),
            ("presets", ", ".join(presets.get(name, ())) or "none yet"),
            ("sources", ", ".join(sources) or "none here"),
            ("arrived", _told(came.get(name))),
            ("", ""),
        ]:
            table.add_row(Text(heading, "bold" if heading == name else ""), shown(words))
        table.style = "" if sources else "dim"
        yield table


def _presets() -> dict[str, list[str]]:
    """The presets for each feed: it is named in one of their lines, or in the preset whose lines they change."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(paths.PRESETS.glob("*.yml"))}
    feeds = {name: found[1] for name, text in texts.items() if (found := _FEED.search(text))}
    based = {name: found[1] for name, text in texts.items() if (found := _PRESET.search(text))}
    for _ in based:  # as many steps as there can be, so that presets based on each other in a circle end too
        feeds |= {name: feeds[origin] for name, origin in based.items() if name not in feeds and origin in feeds}
    return {feed: sorted(name for name in feeds if feeds[name] == feed) for feed in set(feeds.values())}


def _came(site: Site) -> dict[str, Came]:
    if not site.campus.warehouse.exists():
        return {}
    try:
        with Warehouse(path=str(site.campus.warehouse), wait_seconds=_PATIENCE_SECONDS).opened() as warehouse:
            return {
                feed: Came(files, last_came, *_days(warehouse, feed))
                for feed, files, last_came in warehouse.rows_of(_ARRIVED)
            }
    except Busy:
        raise Busy("a run is writing now — ask again when it has ended") from None


def _days(warehouse: Warehouse, feed: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day of a feed, by the first time that every row has, or else that some rows have."""
    model = models().get(f"raw.{feed}")
    if model is None or not warehouse.exists(model.table):
        return None, None
    times = [column for column in model.columns if column.type.upper() in _OF_TIME]
    for column in sorted(times, key=lambda column: not column.is_required)[:1]:
        query = f"select cast(min({column.name}) as date), cast(max({column.name}) as date) from {model.table}"
        ((first, last),) = warehouse.rows_of(query)
        return first, last
    return None, None


def _told(came: Came | None) -> str:
    if came is None:
        return "nothing yet"
    files = "1 file" if came.files == 1 else f"{came.files:,} files"
    days = f" of {came.first_day} to {came.last_day}" if came.first_day else ""
    return f"{files}{days}, last on {came.last_came:%Y-%m-%d}"


def _first_sentence(model: Model) -> str:
    return model.description.partition(". ")[0].rstrip(".") + "."


def _name(model: Model) -> str:
    return model.table.partition(".")[2]
