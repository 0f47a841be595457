"""A template becomes documents: one self-contained page for each group and language, and a list of them.

A template says in its opening comment what it is, which tables it reads and what it is written for;
this module only reads that and renders, and knows nothing of any report.  A new report is a new
file beside the others.  What a page says is its template's and ``profiles``'; aggregates arrive
here already past the disclosure gate.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import jinja2
import polars as pl
from markupsafe import Markup

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from profiles import captions, group_words, narrative
from profiles.captions import SiteWords, Words
from profiles.charts import figures
from profiles.charts.heat import heat
from profiles.charts.kit import plain
from profiles.charts.parts import columns, level, mix, part_colour
from profiles.charts.strip import is_ahead, scale, strip
from profiles.charts.trend import trend

LANGUAGES: Final = ("zh", "en")
WHOLE_SITE: Final = "site"
ENDING: Final = ".html.j2"
PAGE_MODE: Final = 0o640
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

    @property
    def is_for_site(self) -> bool:
        """One page for the whole site rather than one for each group."""
        return self.one_per == WHOLE_SITE


@dataclass(frozen=True)
class Document:
    """One group's page in one language, and what a list of pages says of it."""

    group: str
    file_name: str
    html: str
    summary: Markup


def read_templates(folder: Path = REPORTS) -> list[Template]:
    """Every report of a folder; files whose name begins with ``_`` are parts of others."""
    return [read_template(path) for path in sorted(folder.glob(f"*{ENDING}")) if not path.name.startswith("_")]


def read_template(path: Path) -> Template:
    """What the opening comment says; a comment that leaves something out is refused."""
    header = _HEADER.match(path.read_text(encoding="utf-8"))
    if header is None:
        raise Misconfigured(f"{path.name}: begin the template with a comment {{# 中文 | English | what it is #}}")
    first, *rest = [line.strip() for line in header["words"].splitlines() if line.strip()]
    said = dict(line.split(":", 1) for line in rest if ":" in line)
    zh, en, description = ([part.strip() for part in first.split("|", 2)] + ["", ""])[:3]
    missing = [key for key in ("reads", "one per") if key not in said]
    if missing or not en:
        wanted = "a title “中文 | English | …”" if not en else f"a line “{missing[0]}: …”"
        raise Misconfigured(f"{path.name}: the opening comment needs {wanted}")
    reads = tuple(name.strip() for name in said["reads"].split(",") if name.strip())
    return Template(path.name.removesuffix(ENDING), Words(zh, en), description, reads, said["one per"].strip(), path)


def render(
    template: Template, group: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], words: SiteWords, lang: str
) -> str:
    """One group's page in one language; ``group`` is the group's row, or only its name under ``one_per``."""
    return _document(template, str(group[template.one_per]), _rows(template, tables), words, lang).html


def write_documents(
    template: Template, tables: Mapping[str, pl.DataFrame], folder: Path, site: SiteWords
) -> list[Path]:
    """Every group's pages and the lists that lead to them; pages of groups that are gone are removed."""
    rows = _rows(template, tables)
    target = folder / template.name
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for lang in LANGUAGES:
        documents = [_document(template, group, rows, site, lang) for group in _groups(template, rows)]
        written += [write_page(target / document.file_name, document.html) for document in documents]
        written.append(write_page(target / f"index.{lang}.html", _index(template, documents, site, lang)))
    for stale in set(target.glob("*.html")) - set(written):
        stale.unlink()
    return written


def render_page(template: Template, page: Mapping[str, Any], words: SiteWords, lang: str = "zh") -> str:
    """A page from data made for it; both languages stand side by side on it unless it is told which."""
    unsaid = [name for name in template.reads if name not in page]
    if unsaid:
        raise Misconfigured(f"{template.path.name}: {unsaid[0]} was not given to the page")
    context = _context(words, lang) | {"template": template} | dict(page)
    return _environment(template.path.parent).get_template(template.path.name).render(context)


def write_page(path: Path, html: str) -> Path:
    """The page in its place, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(PAGE_MODE)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path


def slug(template: Template, group: str) -> str:
    """A file name that says nothing and stays the same when other groups come and go."""
    return f"{template.name}-{hashlib.sha256(group.encode()).hexdigest()[:8]}"


def _document(template: Template, group: str, rows: Mapping[str, list[Row]], site: SiteWords, lang: str) -> Document:
    own = {name: [row for row in table if row.get(template.one_per, group) == group] for name, table in rows.items()}
    name = slug(template, group)
    context = _context(site, lang) | {
        "template": template,
        "group": group,
        "rows": partial(_table, template, own),
        "links": {other: f"{name}.{other}.html" for other in LANGUAGES},
        "index": f"index.{lang}.html",
    }
    module = _environment(template.path.parent).get_template(template.path.name).make_module(context)
    summary = Markup(module.summary()) if hasattr(module, "summary") else Markup("")
    return Document(group, f"{name}.{lang}.html", str(module), summary)


def _index(template: Template, documents: Sequence[Document], site: SiteWords, lang: str) -> str:
    links = {other: f"index.{other}.html" for other in LANGUAGES}
    context = _context(site, lang) | {"template": template, "documents": documents, "links": links}
    return _environment(REPORTS).get_template(f"_index{ENDING}").render(context)


def _groups(template: Template, rows: Mapping[str, list[Row]]) -> list[str]:
    """The groups are those of the first table that a template reads."""
    first = rows[template.reads[0]]
    if first and template.one_per not in first[0]:
        raise Misconfigured(
            f"{template.path.name}: {template.reads[0]} has no column {template.one_per} to write one page for each of"
        )
    return sorted({str(row[template.one_per]) for row in first})


def _rows(template: Template, tables: Mapping[str, pl.DataFrame]) -> dict[str, list[Row]]:
    missing = [name for name in template.reads if name not in tables]
    if missing:
        raise Misconfigured(
            f"{template.path.name}: reads {missing[0]}, which was not made — add its SQL or drop it from “reads:”"
        )
    return {
        name: [{key: _plain_value(value) for key, value in row.items()} for row in tables[name].to_dicts()]
        for name in template.reads
    }


def _table(template: Template, own: Mapping[str, list[Row]], name: str) -> list[Row]:
    if name not in own:
        raise Misconfigured(f"{template.path.name}: uses {name} without naming it in “reads:”")
    return own[name]


def _plain_value(value: object) -> object:
    """Numbers as floats, a value that is not a number as none: what charts can draw."""
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and value != value else value


@cache
def _environment(folder: Path) -> jinja2.Environment:
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.FileSystemLoader(REPORTS)])
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Data as it can be shown; markup of our own stays as it is, and an empty value is a dash."""
    if value is None:
        return figures.NONE
    return plain(value) if type(value) is str else value


def _context(site: SiteWords, lang: str) -> dict[str, Any]:
    """What every template may use, bound to the page's language."""
    return {
        "lang": lang,
        "site": site,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "label": partial(captions.label, lang=lang),
        "number": figures.number,
        "unit_word": partial(figures.unit_word, lang=lang),
        "amount": partial(figures.amount, lang=lang),
        "signed": partial(figures.signed, lang=lang),
        "percent": figures.percent,
        "count": figures.count,
        "is_ahead": is_ahead,
        "captions": captions,
        "words": group_words,
        "tell": narrative.tell,
        "charts": SimpleNamespace(
            strip=partial(strip, lang=lang),
            scale=partial(scale, lang=lang),
            heat=partial(heat, lang=lang),
            trend=partial(trend, lang=lang),
            columns=partial(columns, lang=lang),
            mix=mix,
            level=level,
            part_colour=part_colour,
        ),
    }
