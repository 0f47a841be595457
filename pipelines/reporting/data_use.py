"""The public page on data use, in both languages: what comes in, what for, how long, and what a reader can do about it.

What a site takes in is read from its own sources and the contracts they fill, so the page cannot forget a feed, and it
promises nothing that no command does; the words around it are :mod:`profiles.data_use`'s.
"""

from pathlib import Path
from typing import Any

from pipelines.forgetting.limits import limits, today
from pipelines.models import Model
from pipelines.paths import REPORTS
from pipelines.portraying.looks import of_a_year
from pipelines.publish import EDITIONS
from pipelines.reporting.report_files import write_page
from pipelines.reports import LANGUAGES, read_template, render_page
from pipelines.site import Site, models
from pipelines.site import feeds as declared_feeds
from pipelines.warehouse import Warehouse
from profiles import data_use
from profiles.captions import SiteWords, Words

_SERVICES = """
select label_zh, label_en, purpose, used_columns from service.catalogue
where status = 'ready' and purpose is not null order by number"""


def data_use_pages(site: Site, warehouse: Warehouse, words: SiteWords) -> list[Path]:
    """Write ``data_use.zh.html`` and ``data_use.en.html`` and say where they are."""
    template = read_template(REPORTS / "data_use.html.j2")
    page = {
        "feeds": feeds(site),
        "services": services(warehouse),
        "purposes": data_use.PURPOSES,
        "never": data_use.NEVER,
        "kept": data_use.kept(EDITIONS, limited(site)),
        "rights": data_use.rights(commands()),
        "looked": data_use.looked(of_a_year(site.campus, today(site.campus))),
    }
    folder = site.campus.reports
    return [
        write_page(folder / f"data_use.{lang}.html", render_page(template, page | {"links": _links()}, words, lang))
        for lang in LANGUAGES
    ]


def commands() -> set[str]:
    """What `mingyuan …` can do."""
    from pipelines.cli import main

    return set(main.commands)


def feeds(site: Site) -> list[dict[str, Any]]:
    """Each kind of export that some source of the site fills: its name, and its columns with what becomes of them."""
    filled = {f"raw.{source.feed}" for source in site.every_source()}
    order = [feed.name for feed in declared_feeds()]
    told = [model.feed for model in models().values() if model.feed and model.table in filled]
    return [
        {
            "name": Words(feed.label_zh, feed.label_en[:1].upper() + feed.label_en[1:]),
            "columns": [_column(c.label_zh, c.label_en, c.tags) for c in _own(models()[feed.table])],
        }
        for feed in sorted(told, key=lambda feed: (order.index(feed.name), feed.table))
    ]


def limited(site: Site) -> list[tuple[Words, int]]:
    """The feeds of which records are kept for so many months only."""
    months = limits(site)
    return [
        (Words(f"{feed.label_zh}记录", f"Records of {feed.label_en}"), months[feed.table])
        for feed in declared_feeds()
        if feed.table in months
    ]


def services(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Each service that may be suggested to a reader, with the words of the fields it uses."""
    rows = warehouse.connection.sql(_SERVICES).pl().to_dicts()
    return [{**row, "fields": _fields(row["used_columns"])} for row in rows]


def _fields(used: str) -> list[Words]:
    """The labels of columns such as ``clean.loan.loaned_on``, each once; whose they are and in which term goes without saying."""
    told = [name.rpartition(".") for name in used.split(", ") if name]
    columns = [models()[table].column(name) for table, _, name in told if name not in _UNSAID]
    return list(dict.fromkeys(Words(column.label_zh, column.label_en) for column in columns))


_UNSAID = ("patron_key", "term")


def _own(model: Model) -> list[Any]:
    """A feed's own columns, without those that the loader adds."""
    return [column for column in model.columns if column.line > 0]


def _column(zh: str, en: str, tags: frozenset[str]) -> dict[str, Any]:
    marks = [words for tag, words in data_use.MARKS.items() if tag in tags]
    return {"name": Words(zh, en), "marks": marks}


def _links() -> dict[str, str]:
    return {lang: f"data_use.{lang}.html" for lang in LANGUAGES}
