"""Readers' own pages: made from what is published, each under a name that nobody can guess, and taken away when refused.

A page is written on request or for everybody.  Its name is a keyed hash of 128 bits, so that it can be made again by who
holds the site's key and by nobody else; only its owner may read the file, and no list leads to it.  What a page says belongs
in :mod:`profiles.reader_page` and :mod:`profiles.reader_words`.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.campus import Campus
from pipelines.code_names import names
from pipelines.errors import Problem
from pipelines.keeping import generations
from pipelines.keeping.keyring import Keyring
from pipelines.paths import REPORTS
from pipelines.portraying.portraits import view_of
from pipelines.publish import open_current
from pipelines.reporting.font import with_font
from pipelines.reporting.standing import is_sealed, made_as, sealed
from pipelines.reports import LANGUAGES, Template, read_template, render_page
from pipelines.site import models
from profiles import reader_page, reader_words
from profiles.captions import SiteWords, Words
from profiles.reader_page import Held, Hills, Reader

TEMPLATE: Final = REPORTS / "personal" / "reader.html.j2"
AT_ONCE: Final = 500
"""So many readers are in memory together."""
_LABEL: Final = b"reader page\0"
_PAGE: Final = re.compile(r"([0-9a-f]{32})\.(zh|en)\.html")
"""What a page of ours is called; no other file of a folder is ever touched."""
_HEADINGS: Final = {
    "who": Words("身份", "Who"),
    "usage": Words("综合利用", "Overall use"),
    "reading": Words("阅读习惯", "Reading habits"),
    "growth": Words("学习成长", "Learning growth"),
}
_OF_THEM: Final = {
    "now": "select * from portrait.current where patron_key in (select unnest($keys)) order by patron_key",
    "terms": """
        select individual.patron_key, term, label_zh, label_en, visit_days, presence_hours, loans, bookings, resource_hours, events_attended
        from portrait.individual as individual join ref.term as term using (term)
        where patron_key in (select unnest($keys)) order by patron_key, starts_on""",
    "milestones": "select * from portrait.milestone where patron_key in (select unnest($keys)) order by patron_key, position",
    "shelf": "select * from portrait.shelf where patron_key in (select unnest($keys)) order by patron_key, term, class_top",
    "places": """
        select list.* from segment.study_list as list join portrait.page as page using (patron_key, term)
        where list.place is not null and patron_key in (select unnest($keys)) order by patron_key, view desc""",
    "segment": """
        select reader.patron_key, segment, label_zh, label_en, meaning_zh, meaning_en
        from segment.reader as reader join portrait.page as page using (patron_key, term) join ref.segment_name as name using (segment)
        where patron_key in (select unnest($keys)) order by patron_key""",
}


@dataclass(frozen=True)
class Common:
    """What all pages share."""

    template: Template
    words: SiteWords
    spreads: Hills
    milestones: list[dict[str, Any]]
    sources: dict[str, list[str]]
    names: Mapping[str, Words]
    """The words of codes that come as data."""
    held: tuple[Held, ...]


def folder_of(campus: Campus) -> Path:
    """Where a site keeps its readers' pages, which nobody but the library's own account can open."""
    return campus.data / "readers"


def page_name(keyring: Keyring, patron_key: str) -> str:
    """128 bits that only the site's key makes of a pseudonym."""
    return hmac.digest(keyring.hmac_key, _LABEL + patron_key.encode(), hashlib.sha256).hex()[:32]


def write_pages(
    campus: Campus,
    keyring: Keyring,
    folder: Path,
    keys: Sequence[str] | None = None,
    advance: Callable[[float], None] = lambda share: None,
) -> list[Path]:
    """The pages of these readers, or of all who have one, in every language; and none left of anyone else's.

    Raises:
        Problem: nothing is published, or a reader asked for has no page.

    """
    mark = _made_as(campus)
    with open_current(campus.published) as connection:
        _refuse_older(connection)
        may = [key for (key,) in connection.sql("select patron_key from portrait.page order by patron_key").fetchall()]
        if keys is not None and (without := set(keys) - set(may)):
            raise Problem(
                f"{len(without)} of those asked for have no page: not in scope this term, or they want no portrait of their own"
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_others(folder, keyring, may)
        common = _common(connection, campus)
        asked = may if keys is None else sorted(keys)
        written: list[Path] = []
        for first in range(0, len(asked), AT_ONCE):
            for reader in _readers(connection, list(asked[first : first + AT_ONCE])):
                written += _write(reader, common, keyring, folder, mark)
            advance(len(written) / len(LANGUAGES) / len(asked))
    return written


def keep_right(campus: Campus, keyring: Keyring, folder: Path) -> int:
    """Make the pages that there are anew, where anything is, without those of readers who have gone or want none; how many stay."""
    mark = _made_as(campus)
    with open_current(campus.published) as connection:
        _refuse_older(connection)
        may = [key for (key,) in connection.sql("select patron_key from portrait.page order by patron_key").fetchall()]
    there = remove_others(folder, keyring, may)
    if due := [key for key in there if not all(is_sealed(path, mark) for path in _places(folder, keyring, key))]:
        write_pages(campus, keyring, folder, due)
    return len(LANGUAGES) * len(there)


def remove_others(folder: Path, keyring: Keyring, may: Sequence[str]) -> list[str]:
    """Take away every page of a reader who may have none; the readers whose pages stay."""
    owners = {page_name(keyring, key): key for key in may}
    there = {path: found[1] for path in folder.glob("*.html") if (found := _PAGE.fullmatch(path.name))}
    for path in [path for path, name in there.items() if name not in owners]:
        path.unlink()
    return sorted({owners[name] for name in there.values() if name in owners})


def _refuse_older(connection: duckdb.DuckDBPyConnection) -> None:
    known = connection.sql("select 1 from duckdb_tables() where schema_name = 'portrait' and table_name = 'page'")
    if not known.fetchall():
        raise Problem(
            "what is published was made by an older version, without readers' pages — `mingyuan run` makes it anew"
        )


def _common(connection: duckdb.DuckDBPyConnection, campus: Campus) -> Common:
    measures = ", ".join(measure.name for measure in reader_page.MEASURES)
    peers = connection.sql(f"select peer_group, {measures} from portrait.current where is_exposed").pl()
    ((as_of,),) = connection.sql("select max(as_of) from portrait.current").fetchall()
    words = SiteWords(name=Words(campus.name.zh, campus.name.en), small_cell=campus.small_cell, as_of=str(as_of or ""))
    feeds = connection.sql(
        "select distinct feed.position, feed.label_zh, feed.label_en from ref.feed as feed join ref.coverage_term as covered using (feed) order by 1"
    ).fetchall()
    sources = {"zh": [zh for _, zh, _ in feeds], "en": [en for _, _, en in feeds]}
    milestones = connection.sql("select * from ref.milestone order by position").pl().to_dicts()
    held = tuple(
        Held(c.name, _HEADINGS[view_of(c)], Words(c.label_zh, c.label_en))
        for c in sorted(models()["portrait.current"].columns, key=lambda c: list(_HEADINGS).index(view_of(c)))
        if c.name != "patron_key"
    )
    hills = reader_page.hills_of(peers, campus.peer_group)
    return Common(read_template(TEMPLATE), words, hills, milestones, sources, names(connection), held)


def _readers(connection: duckdb.DuckDBPyConnection, keys: list[str]) -> Iterator[Reader]:
    rows = {name: connection.sql(query, params={"keys": keys}).pl() for name, query in _OF_THEM.items()}
    of = {name: _by_reader(frame) for name, frame in rows.items()}
    for key in keys:
        yield Reader(
            of["now"][key][0],
            of["terms"].get(key, []),
            of["milestones"].get(key, []),
            of["shelf"].get(key, []),
            of["places"].get(key, []),
            next(iter(of["segment"].get(key, [])), None),
        )


def _by_reader(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["patron_key"], []).append(row)
    return found


def _write(reader: Reader, common: Common, keyring: Keyring, folder: Path, mark: str) -> Iterator[Path]:
    key = reader.now["patron_key"]
    for lang, path in zip(LANGUAGES, _places(folder, keyring, key), strict=True):
        told = page_of(reader, common, page_name(keyring, key), lang)
        yield _put(path, sealed(with_font(render_page(common.template, told, common.words, lang)), mark))


def _places(folder: Path, keyring: Keyring, patron_key: str) -> list[Path]:
    """Where a reader's page lies in each language."""
    return [folder / f"{page_name(keyring, patron_key)}.{lang}.html" for lang in LANGUAGES]


def _made_as(campus: Campus) -> str:
    """A fingerprint of what all pages are made of: what is published, the site's words, and what made_as adds."""
    published = generations.current(campus.published)
    when = (published.name, published.stat().st_mtime_ns) if published else None
    return made_as({}, when, campus.model_dump_json(), beside=TEMPLATE.parent)


def page_of(reader: Reader, common: Common, name: str, lang: str) -> dict[str, Any]:
    """All that one page says, in one language."""
    shelf = reader_page.shelf(reader, lang)
    ahead = reader_page.ahead(reader, common.milestones, lang)
    return {
        "headline": reader_words.headline(reader),
        "lead": reader_words.lead(reader),
        "keys": reader_words.keys(reader),
        "kind": reader_words.kind_of_use(reader),
        "badges": reader_page.badges(reader, lang, reader_page.BADGES - len(ahead)),
        "ahead": ahead,
        "hills": list(reader_page.hills(reader, common.spreads, lang)),
        "peers": reader_page.peers_words(reader),
        "own_ways": reader_page.own_ways(reader, common.spreads),
        "growth": list(reader_page.growth(reader, lang)),
        "shelf": shelf,
        "shelf_words": reader_words.shelf_words(reader),
        "places": reader.places,
        "chapters": reader_words.chapters(reader, shelf),
        "steps": reader_words.steps(reader),
        "who": reader_page.who(reader, common.names),
        "record": reader_page.record(reader, common.held, common.names, lang),
        "sources": common.sources[lang],
        "page_code": name[:12],
        "is_gentle": reader.is_gentle,
        "links": {other: f"{name}.{other}.html" for other in LANGUAGES},
    }


def _put(path: Path, html: str) -> Path:
    """The page in its place, whole or not at all, for its owner's eyes; it can be made again, so nothing is synced."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(html)
    unfinished.replace(path)
    return path
