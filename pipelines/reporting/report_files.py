"""Documents in their recipients' folders: page, PDF and figures, by term, with a list of all that lies there.

What has been given out stays: a new term's pages lie beside those of earlier terms, which are not
written again, and one that would be the same is left as it is.  The library's own folder lists
everybody's.  What a page says belongs in :mod:`pipelines.reports`.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from pipelines.paths import REPORTS
from pipelines.reporting.font import with_font
from pipelines.reporting.pdf import pdf
from pipelines.reporting.recipients import LIBRARY, Shelves
from pipelines.reporting.sheets import Headings, figure_files
from pipelines.reporting.standing import digest, made_as
from pipelines.reports import LANGUAGES, Document, Template, document, groups, own_tables, render_part, slug
from profiles.captions import SiteWords
from profiles.charts import drawing

PAGE_MODE: Final = 0o640
CONTENTS: Final = "contents.json"
_PATH_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_AT_ONCE: Final = drawing.AT_ONCE + 1
"""Groups told at once: while charts of others are drawn, which is half of the time, one's pages are written and set."""
_entering = Lock()
"""A list of contents is read, and written again with another entry, by one at a time."""
Entry = dict[str, Any]


def write_documents(
    template: Template,
    tables: Mapping[str, pl.DataFrame],
    shelves: Shelves,
    site: SiteWords,
    headings: Mapping[str, Headings] | None = None,
) -> list[Path]:
    """Every group's page in both languages, with its PDF and figures, and the lists that lead to them.

    ``headings`` says what stands over a table's columns in a spreadsheet.  Documents that stand as they would be
    written now are left (:mod:`pipelines.reporting.standing`); within the term that is written, those of groups that are gone are
    removed.
    """

    def written_of(group: str) -> list[Path]:
        folder = shelves.of(template.recipient, group if template.is_for_group else "")
        return write_group(template, group, tables, folder, site, headings)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        written = [path for files in pool.map(written_of, groups(template, tables)) for path in files]
    _remove_others(template, shelves, written)
    _remove_old_layout(shelves.root / template.name)
    return written + write_lists(shelves, site)


def write_group(
    template: Template,
    group: str,
    tables: Mapping[str, pl.DataFrame],
    folder: Path,
    site: SiteWords,
    headings: Mapping[str, Headings] | None = None,
) -> list[Path]:
    """One group's documents, and their line in the folder's list of contents; those that stand are left."""
    own = own_tables(template, group, tables)
    site = _until(own[template.reads[0]], site)
    stem = template.name if template.is_for_group else slug(template, group)
    term = _term(own[template.reads[0]])
    mark = made_as(own, template, group, site, headings, beside=template.path.parent)
    if standing := _standing(folder, term, stem, mark):
        return standing
    figures = {name: table for name, table in own.items() if {template.one_per, "group_code"} & set(table.columns)}
    files = figure_files(stem, figures, headings or {}, dt.date.fromisoformat(site.day) if site.day else None)
    pages = [
        document(template, group, own, site, lang, _beside(template, stem, term, lang, files)) for lang in LANGUAGES
    ]
    place = folder / term
    written = [write_page(place / f"{stem}.{page.lang}.html", page.html) for page in pages]
    if template.is_printed:
        written += [write_file(place / f"{stem}.{page.lang}.pdf", pdf(page.html)) for page in pages]
    written += [write_file(place / name, content) for name, content in files.items()]
    made = {"made_as": mark, "files": {path.name: digest(path) for path in written}}
    _enter(folder, _entry(template, stem, term, pages, site) | made)
    return written


def _standing(folder: Path, term: str, stem: str, mark: str) -> list[Path]:
    """A document's files, if it was made as it would be now and nobody has changed or removed one."""
    for entry in _entries(folder):
        files: dict[str, str] = entry.get("files", {})  # of an older version: none
        is_same = (entry["term"], entry["stem"], entry.get("made_as")) == (term, stem, mark)
        if is_same and all(digest(folder / term / name) == told for name, told in files.items()):
            return [folder / term / name for name in files]
    return []


def lying(template: Template, shelves: Shelves, terms: Sequence[str]) -> str:
    """By what a report's documents of some terms are known again: what is entered of them, and the files as they lie."""
    found = [
        (folder.name, entry, [digest(folder / entry["term"] / name) for name in entry.get("files", {})])
        for folder in sorted(path.parent for path in shelves.root.glob(f"*/{CONTENTS}"))
        for entry in _entries(folder)
        if entry["report"] == template.name and entry["term"] in terms
    ]
    return "/".join([*terms, hashlib.sha256(repr(found).encode()).hexdigest()])


def terms_written(shelves: Shelves, written: Iterable[Path]) -> list[str]:
    """The terms in whose folders documents lie; an empty word where they are of no term."""
    return sorted({"" if path.parent.parent == shelves.root else path.parent.name for path in written})


def write_lists(shelves: Shelves, site: SiteWords) -> list[Path]:
    """The list in every recipient's folder, of what lies in it; and in the library's own, of everybody's."""
    own = shelves.of(LIBRARY)
    folders = {path.parent: _entries(path.parent) for path in sorted(shelves.root.glob(f"*/{CONTENTS}"))}
    written: list[Path] = []
    for folder, entries in (folders | {own: folders.get(own, [])}).items():
        others = [_seen_from_library(entry, at) for at in folders if at != own for entry in folders[at]]
        listed = sorted(entries + (others if folder == own else []), key=_order)
        for lang in LANGUAGES:
            html = _list(listed, site, lang, is_library=folder == own)
            written.append(write_page(folder / f"index.{lang}.html", html))
    return written


def write_page(path: Path, html: str) -> Path:
    """The page in its place with its font, whole or not at all."""
    return write_file(path, with_font(html).encode())


def write_file(path: Path, content: bytes) -> Path:
    """The file in its place, whole or not at all; one that already holds this is left."""
    if path.is_file() and path.read_bytes() == content:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(PAGE_MODE)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path


def _beside(template: Template, stem: str, term: str, lang: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Where a page finds its other language, its list, its PDF and its figures."""
    return {
        **{other: f"{stem}.{other}.html" for other in LANGUAGES},
        "index": f"{'../' if term else ''}index.{lang}.html",
        "pdf": f"{stem}.{lang}.pdf" if template.is_printed else None,
        "figures": list(files),
    }


def _until(first: pl.DataFrame, site: SiteWords) -> SiteWords:
    """The site's words for what ends before the data do: they reach to its last day, and a later night says nothing else."""
    last = first["last_day"][0] if "last_day" in first.columns and first.height else None
    return replace(site, as_of=str(last)) if last and str(last) < site.day else site


def _term(first: pl.DataFrame) -> str:
    """The folder of the term that a document tells of; none for what tells of no term."""
    term = str(first["term"][0] or "") if "term" in first.columns and first.height else ""
    is_safe = not term or _PATH_SAFE.fullmatch(term)
    return term if is_safe else hashlib.sha256(term.encode()).hexdigest()[:8]


def _entry(template: Template, stem: str, term: str, pages: Sequence[Document], site: SiteWords) -> Entry:
    first = pages[0].tables[template.reads[0]]
    about = first.row(0, named=True) if first.height else {}
    return {
        "stem": stem,
        "term": term,
        "report": template.name,
        "title": {"zh": template.title.zh, "en": template.title.en},
        "term_label": {lang: about.get(f"term_label_{lang}") or "" for lang in LANGUAGES},
        "group": pages[0].group,
        "named": {page.lang: page.named for page in pages},
        "recipient": pages[0].group if template.is_for_group else template.recipient,
        "as_of": site.as_of,
        "is_printed": template.is_printed,
        "summary": {page.lang: str(page.summary) for page in pages},
    }


def _enter(folder: Path, entry: Entry) -> None:
    with _entering:
        others = [old for old in _entries(folder) if (old["term"], old["stem"]) != (entry["term"], entry["stem"])]
        text = json.dumps(sorted([*others, entry], key=_order), ensure_ascii=False, indent=1)
        write_file(folder / CONTENTS, text.encode())


def _entries(folder: Path) -> list[Entry]:
    """What a folder's list of contents names and still holds."""
    path = folder / CONTENTS
    entries: list[Entry] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [entry for entry in entries if (folder / entry["term"] / f"{entry['stem']}.zh.html").exists()]


def _seen_from_library(entry: Entry, folder: Path) -> Entry:
    return entry | {"folder": f"../{folder.name}/"}


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry["report"], entry["group"], entry["stem"]


def _list(entries: Sequence[Entry], site: SiteWords, lang: str, is_library: bool) -> str:
    """The latest term first; a small script of our own narrows the list to what is typed."""
    script = (REPORTS / "search.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    shown = [entry | {"summary": Markup(entry["summary"][lang]), "group": _named(entry, lang)} for entry in entries]
    return render_part(
        "_index.html.j2", site, lang, entries=shown, is_library=is_library, script=Markup(script), script_hash=digest
    )


def _named(entry: Entry, lang: str) -> str:
    name: str = entry.get("named", {}).get(lang, entry["group"])  # of an older version: by its own name
    return name


def _remove_old_layout(folder: Path) -> None:
    """Pages from before each recipient had a folder: all colleges' lay in one, under names that could be guessed."""
    for path in folder.glob("*.html"):
        path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _remove_others(template: Template, shelves: Shelves, written: Sequence[Path]) -> None:
    """Documents of this report that were not written with the others of their term."""
    kept = set(written)
    for term in filter(None, terms_written(shelves, written)):
        for path in shelves.root.glob(f"*/{term}/{template.name}[.-]*"):
            if path not in kept:
                path.unlink()
