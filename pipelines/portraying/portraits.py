"""One portrait, of a reader, a cohort or a unit, as a person asks for it: in words and figures, or as JSON.

A reader is named by pseudonym, or by any number of theirs where the site's key can be read: whoever
may read the key may know who is who.  A group passes the disclosure gate here as everywhere.  What a
column means is taken from its model, so a new measure appears by itself.  Turning the warehouse back
to another day belongs in :mod:`pipelines.portraying.past`, what makes a portrait again in :mod:`pipelines.portraying.bundles`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import polars as pl

from pipelines import code_names
from pipelines.errors import Problem
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from pipelines.modelling.columns import Column
from pipelines.modelling.slips import suggestion
from pipelines.models import VIEWS, Model
from pipelines.portraying import portrait_sheets
from pipelines.portraying.past import Moment, warehouse_at
from pipelines.portraying.portrait_sheets import Sheet
from pipelines.publish import open_current
from pipelines.releasing.release import released, rules_of
from pipelines.site import Site, models
from profiles import group_words
from profiles.captions import Words
from profiles.pseudonym import normalised

PERSON, GROUP = "portrait.individual", "portrait.unit"
CAREER, MILESTONE = "portrait.career", "portrait.milestone"
TABLES = (PERSON, GROUP, CAREER, MILESTONE, "ref.horizon", *code_names.TABLES, *portrait_sheets.TABLES)
READER = "patron"
_WORDS = {"VARCHAR", "DATE"}
_SEVERAL = re.compile(r"from \d+ .*\bon$")
"""How a column says that it is told from a number of cases on."""
_BEHIND = {"patron_key", "group_type", "group_code", "term", "as_of"}


@dataclass(frozen=True)
class Figure:
    """One measure of a portrait; a number without a value was not measured."""

    name: str
    label_zh: str
    label_en: str
    view: str
    is_number: bool
    value: Any
    needs_several: bool = False
    """Whether it is told only from a number of cases on, so that it may be empty although it was measured."""
    said: Words | None = None
    """What a value that is a word or a code means."""


@dataclass(frozen=True)
class Portrait:
    """What is known of somebody in a term."""

    who: str
    kind: str
    """``patron``, or the group's type."""
    named: Words
    """Who, in words."""
    term: str
    term_named: Words
    as_of: str
    known_at: str | None
    is_withheld: bool
    figures: tuple[Figure, ...]
    sheets: tuple[Sheet, ...] = ()
    """What a group's portrait holds beyond its own row."""

    def as_json(self) -> str:
        """The same text for the same portrait, wherever it is made."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, default=str) + "\n"


def draw(site: Site, who: str, term: str | None, moment: Moment) -> Portrait:
    """The portrait of a reader or a group, in a term or in the last one they have.

    Raises:
        Problem: nothing is published, or nobody of that name is known.
        KeyRefused: a reader's own number was given, and the key that leads to the pseudonym cannot be read.

    """
    with _tables(site, moment) as connection:
        return drawn(connection, site, who, term, moment)


def drawn(connection: duckdb.DuckDBPyConnection, site: Site, who: str, term: str | None, moment: Moment) -> Portrait:
    """A portrait from tables that are there already."""
    group = _group(connection, who)
    if group is not None:
        return _of_group(connection, site, *group, term, moment)
    key = _person(connection, site, who)
    frame = _rows(connection, PERSON, {"patron_key": key}, term)
    of_term = _portrait(models()[PERSON], frame.row(0, named=True), key, READER, moment, connection)
    return replace(of_term, figures=(*of_term.figures, *_career(connection, key), *_milestones(connection, key)))


def key_of(site: Site, who: str) -> str:
    """The pseudonym of a reader, given as it is or by a number of theirs.

    Raises:
        Problem: nothing is published, or nobody of that name is known.
        KeyRefused: the key that leads to the pseudonym cannot be read.

    """
    with open_current(site.campus.published) as connection:
        return _person(connection, site, who)


def reader_of(site: Site, who: str) -> str | None:
    """The pseudonym of a reader; none of a group.

    Raises:
        Problem: nothing is published, or nobody of that name is known.
        KeyRefused: the key that leads to the pseudonym cannot be read.

    """
    with open_current(site.campus.published) as connection:
        return None if _group(connection, who) is not None else _person(connection, site, who)


@contextmanager
def _tables(site: Site, moment: Moment) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is published, or the same tables as of another moment."""
    if moment.is_now:
        with open_current(site.campus.published) as connection:
            _refuse_older(connection)
            yield connection
    else:
        with warehouse_at(site, moment, TABLES) as past:
            yield past.connection


def _refuse_older(connection: duckdb.DuckDBPyConnection) -> None:
    there = {
        table for (table,) in connection.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    }
    if missing := sorted(set(TABLES) - there):
        raise Problem(
            f"what is published was made by an older version, without {', '.join(missing)} — `mingyuan run` makes it anew"
        )


def _of_group(
    connection: duckdb.DuckDBPyConnection, site: Site, group_type: str, code: str, term: str | None, moment: Moment
) -> Portrait:
    model = models()[GROUP]
    frame = _rows(connection, GROUP, {"group_type": group_type, "group_code": code}, term)
    if "withheld" not in frame.columns:
        frame = released(model, frame, rules_of(site.campus))
    row = frame.row(0, named=True)
    beyond = portrait_sheets.sheets(connection, group_type, code, row["term"], rules_of(site.campus))
    return replace(_portrait(model, row, code, group_type, moment, connection), sheets=tuple(beyond))


def _portrait(
    model: Model, row: dict[str, Any], who: str, kind: str, moment: Moment, connection: duckdb.DuckDBPyConnection
) -> Portrait:
    is_withheld = bool(row.get("withheld"))
    columns = [] if is_withheld else [column for column in model.columns if column.name not in _BEHIND]
    names = code_names.names(connection)
    figures = [_figure(column, view_of(column), row[column.name], names) for column in columns if column.name in row]
    as_of = connection.sql("select max(as_of) from ref.horizon").fetchall()[0][0]
    known_at = moment.known_at.isoformat() if moment.known_at else None
    named = group_words.word(group_words.DISCIPLINES if kind == "discipline" else names, who)
    term_named = group_words.word(names, row["term"])
    return Portrait(who, kind, named, row["term"], term_named, str(as_of), known_at, is_withheld, tuple(figures))


def _career(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[Figure]:
    row = connection.sql(f"select * from {CAREER} where patron_key = ?", params=[key]).pl().row(0, named=True)
    for column in models()[CAREER].columns:
        if column.name not in _BEHIND:
            yield _figure(column, "career", row[column.name], code_names.names(connection))


def _figure(column: Column, view: str, value: Any, names: Mapping[str, Words]) -> Figure:
    return Figure(
        column.name,
        column.label_zh,
        column.label_en,
        view,
        column.type not in _WORDS,
        value,
        _SEVERAL.search(column.description) is not None,
        group_words.of_code(column.name, value, names) if isinstance(value, str) else None,
    )


def _milestones(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[Figure]:
    query = f"select milestone, label_zh, label_en, reached_on from {MILESTONE} where patron_key = ? order by reached_on, position"
    for name, label_zh, label_en, reached_on in connection.execute(query, [key]).fetchall():
        yield Figure(name, label_zh, label_en, "milestone", False, reached_on)


def view_of(column: Column) -> str:
    """The view a column belongs to: by its own tag, or that of the fact it comes from."""
    for view in VIEWS:
        if f"{view}_view" in column.tags:
            return view
    told_by = {_view_of(*source) for source in column.sources}
    return next((view for view in VIEWS if view in told_by), "who")


def _view_of(table: str, name: str) -> str:
    """The view of a table's column: its table's own, or where the column comes from if that has none."""
    model = models().get(table)
    if model is None or model.view:
        return model.view or "who" if model else "who"
    return next((view_of(column) for column in model.columns if column.name == name), "who")


def _group(connection: duckdb.DuckDBPyConnection, who: str) -> tuple[str, str] | None:
    """The group of that code, or of that name in either language; the widest where several bear it."""
    found = connection.execute(
        "select distinct group_type, group_code from portrait.unit left join ref.cohort as cohort "
        "on group_type = 'cohort' and group_code = cohort.cohort "
        "left join ref.college as college on group_type = 'college' and group_code = college.college "
        "where ? in (group_code, cohort.label_zh, cohort.label_en, college.label_en) order by group_type, group_code",
        [who],
    ).fetchall()
    return found[0] if found else None


def _person(connection: duckdb.DuckDBPyConnection, site: Site, who: str) -> str:
    """A reader's pseudonym, given as it is or by a number of theirs."""
    is_known = "select 1 from portrait.individual where patron_key = ? limit 1"
    if connection.execute(is_known, [who]).fetchall():
        return who
    vault = Vault.of(site.campus, Keyring.load_or_create(site.campus.key_file, None, may_create=False))
    for key in vault.pseudonyms_of(str(normalised(pl.Series([who]))[0])):
        if connection.execute(is_known, [key]).fetchall():
            return key
    groups = [code for (code,) in connection.sql("select distinct group_code from portrait.unit").fetchall()]
    raise Problem(f"there is no cohort, unit or reader of that name or number{suggestion(who, groups)}")


def _rows(connection: duckdb.DuckDBPyConnection, table: str, of: dict[str, str], term: str | None) -> pl.DataFrame:
    """The row of the term, or of the last one."""
    where = " and ".join(f"{name} = ?" for name in of)
    terms = [
        t
        for (t,) in connection.execute(
            f"select term from {table} join ref.term using (term) where {where} order by starts_on", [*of.values()]
        ).fetchall()
    ]
    wanted = term or (terms[-1] if terms else None)
    if wanted not in terms:
        raise Problem(f"there is no portrait of them in term {wanted} — there are {', '.join(terms) or 'none'}")
    chosen: pl.DataFrame = connection.sql(
        f"select * from {table} where {where} and term = ?", params=[*of.values(), wanted]
    ).pl()
    return chosen
