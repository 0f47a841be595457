"""A template becomes documents: one self-contained page for each group and language.

A template says in its opening comment what it is, which tables it reads, what it is written for and
whose folder it goes to; this module only reads that and renders, and knows nothing of any report.  A
new report is a new file beside the others.  What a page says is its template's and ``profiles``';
aggregates arrive here already past the disclosure gate.  Where documents lie and what lies beside
them belongs in :mod:`pipelines.reporting.report_files`.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from pipelines.errors import Misconfigured
from pipelines.modelling.slips import suggestion
from pipelines.paths import REPORTS
from pipelines.quoting import literal
from pipelines.reporting.report_context import context, environment, template_errors
from profiles.captions import SiteWords, Words

LANGUAGES: Final = ("zh", "en")
WHOLE_SITE: Final = "site"
ENDING: Final = ".html.j2"
EVERYBODY: Final = ("everyone", "all")
"""Kinds of group that are the whole library."""
_SAID: Final = frozenset({"reads", "one per", "for", "on paper", "sections"})
_HEADER: Final = re.compile(r"\A\{#\s*(?P<words>.+?)\s*#\}", re.DOTALL)

Row = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """A report as its opening comment describes it."""

    name: str
    title: Words
    description: str
    reads: tuple[str, ...]
    one_per: str
    path: Path
    recipient: str = ""
    """Whose folder a page goes to: its own group's, or that of an office such as ``library``."""
    is_printed: bool = False
    """A PDF lies beside the page."""
    sections: tuple[str, ...] = ()
    """What a report on request may be narrowed to."""

    @property
    def is_for_site(self) -> bool:
        """One page for the whole site rather than one for each group."""
        return self.one_per == WHOLE_SITE

    @property
    def is_for_group(self) -> bool:
        """Each group reads its own page, and no other's."""
        return self.recipient == self.one_per


@dataclass(frozen=True)
class Document:
    """One group's page in one language, and what a list of pages says of it."""

    group: str
    named: str
    """The group in the page's language."""
    lang: str
    html: str
    summary: Markup
    tables: Mapping[str, pl.DataFrame]
    """The rows that it was told from."""


def read_templates(folder: Path = REPORTS) -> list[Template]:
    """Every report of a folder; files whose name begins with ``_`` are parts of others."""
    return [read_template(path) for path in sorted(folder.glob(f"*{ENDING}")) if not path.name.startswith("_")]


def read_template(path: Path) -> Template:
    """What the opening comment says; a comment that leaves something out is refused."""
    header = _HEADER.match(path.read_text(encoding="utf-8"))
    if header is None:
        raise Misconfigured(f"{path.name}: begin the template with a comment {{# 中文 | English | what it is #}}")
    first, *rest = [line.strip() for line in header["words"].splitlines() if line.strip()]
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in rest) if value}
    zh, en, description = ([part.strip() for part in first.split("|", 2)] + ["", ""])[:3]
    if unknown := sorted(said.keys() - _SAID):
        raise Misconfigured(
            f"{path.name}: the opening comment says ‘{unknown[0]}’, which means nothing{suggestion(unknown[0], _SAID)}"
        )
    missing = [key for key in ("reads", "one per") if key not in said]
    if missing or not en:
        wanted = "a title “中文 | English | …”" if not en else f"a line “{missing[0]}: …”"
        raise Misconfigured(f"{path.name}: the opening comment needs {wanted}")
    return Template(
        name=path.name.removesuffix(ENDING),
        title=Words(zh, en),
        description=description,
        reads=_names(said["reads"]),
        one_per=said["one per"],
        path=path,
        recipient=said.get("for", said["one per"]),
        is_printed=said.get("on paper") == "yes",
        sections=_names(said.get("sections", "")),
    )


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def render(
    template: Template, group: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], words: SiteWords, lang: str
) -> str:
    """One group's page in one language; ``group`` is the group's row, or only its name under ``one_per``."""
    name = str(group[template.one_per])
    return document(template, name, own_tables(template, name, tables), words, lang).html


def document(
    template: Template,
    group: str,
    own: Mapping[str, pl.DataFrame],
    site: SiteWords,
    lang: str,
    beside: Mapping[str, Any] | None = None,
    chosen: tuple[str, ...] = (),
) -> Document:
    """One group's page from its own rows.

    Args:
        template: which report.
        group: whom it tells of.
        own: the group's rows of the tables that the report reads.
        site: the site's words.
        lang: zh or en.
        beside: where the page finds its other language, its list of contents and its files.
        chosen: the sections to tell; all where none is named.

    """
    rows = {name: [_plain_row(row) for row in table.to_dicts()] for name, table in own.items()}
    named = _named(template, group, own)
    told = context(site, lang) | {
        "template": template,
        "group": group,
        "named": named,
        "rows": partial(_table, template, rows),
        "links": beside or {},
        "chosen": chosen,
        "wanted": lambda section: not chosen or section in chosen,
    }
    with template_errors(template.path):
        module = environment(template.path.parent).get_template(template.path.name).make_module(told)
        summary = Markup(module.summary()) if hasattr(module, "summary") else Markup("")
    return Document(group, named.of(lang), lang, str(module), summary, own)


def _named(template: Template, group: str, own: Mapping[str, pl.DataFrame]) -> Words:
    """The group by the labels that its table has for it, such as ``term_label_en``; where it has none, by its own name."""
    first = own[template.reads[0]]
    about = first.row(0, named=True) if first.height else {}
    zh, en = (about.get(f"{template.one_per}_label_{lang}") for lang in LANGUAGES)
    return Words(zh or group, en or zh or group)


def groups(template: Template, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The groups are those of the first table that a template reads; rows of none have no page."""
    first = tables[template.reads[0]]
    if first.height and template.one_per not in first.columns:
        raise Misconfigured(
            f"{template.path.name}: {template.reads[0]} has no column {template.one_per} to write one page for each of"
        )
    return sorted(first[template.one_per].drop_nulls().unique().cast(pl.String)) if first.height else []


def own_tables(template: Template, group: str, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What one group's page may be told from: its own rows, those of everybody, and tables that are of no group."""
    missing = [name for name in template.reads if name not in tables]
    if missing:
        raise Misconfigured(
            f"{template.path.name}: reads {missing[0]}, which was not made — add its SQL or drop it from “reads:”"
        )
    return {name: _own(template.one_per, group, tables[name]) for name in template.reads}


def whose(template: Template, columns: Collection[str]) -> str:
    """Which rows of a table with these columns :func:`own_tables` gives to some page of a report, as a condition."""
    if template.one_per in columns or not {"group_type", "group_code"} <= set(columns):
        return "true"
    kinds = ", ".join(map(literal, (template.one_per, *EVERYBODY)))
    return f"group_type in ({kinds}) or (group_type = 'cohort' and group_code = 'everyone')"


def _own(one_per: str, group: str, table: pl.DataFrame) -> pl.DataFrame:
    if one_per in table.columns:
        return table.filter(pl.col(one_per).cast(pl.String) == group)
    if {"group_type", "group_code"} <= set(table.columns):
        own = (pl.col("group_type") == one_per) & (pl.col("group_code") == group)
        everybody = (pl.col("group_type") == "cohort") & (pl.col("group_code") == "everyone")
        return table.filter(own | everybody | pl.col("group_type").is_in(EVERYBODY))
    return table


def render_page(template: Template, page: Mapping[str, Any], words: SiteWords, lang: str = "zh") -> str:
    """A page from data made for it; both languages stand side by side on it unless it is told which."""
    unsaid = [name for name in template.reads if name not in page]
    if unsaid:
        raise Misconfigured(f"{template.path.name}: {unsaid[0]} was not given to the page")
    told = context(words, lang) | {"template": template} | dict(page)
    return environment(template.path.parent).get_template(template.path.name).render(told)


def render_part(name: str, site: SiteWords, lang: str, **told: Any) -> str:
    """A page that is no report, such as a list of them, from the file of that name."""
    return environment(REPORTS).get_template(name).render(context(site, lang) | told)


def slug(template: Template, group: str) -> str:
    """A file name that says nothing and stays the same when other groups come and go."""
    return f"{template.name}-{hashlib.sha256(group.encode()).hexdigest()[:8]}"


def _table(template: Template, own: Mapping[str, list[Row]], name: str) -> list[Row]:
    if name not in own:
        raise Misconfigured(f"{template.path.name}: uses {name} without naming it in “reads:”")
    return own[name]


def _plain_row(row: Row) -> Row:
    return {key: _plain_value(value) for key, value in row.items()}


def _plain_value(value: object) -> object:
    """Numbers as floats, a value that is not a number as none: what charts can draw."""
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and value != value else value
