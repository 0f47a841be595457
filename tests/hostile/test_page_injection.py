"""The same payloads in every other page, on paper and in downloads: words stay words, and no cell becomes a formula.

Each page has the skeleton that it has with a plain word; a PDF says the payload letter by letter; a cell of a spreadsheet
holds it as text.  Controls that let one through are seen.
"""

import csv
import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader

from pipelines import reports
from pipelines.campus import read_campus
from pipelines.keeping.keyring import Keyring
from pipelines.models import Model
from pipelines.paths import REPORTS, ROOT
from pipelines.reporting import sheets
from pipelines.reporting.data_use import commands, feeds
from pipelines.reporting.pdf import pdf
from pipelines.reporting.reader_pages import write_pages
from pipelines.reporting.report_files import write_group
from pipelines.reports import document, groups, own_tables, read_template, render_page
from pipelines.site import Site
from profiles import data_use
from profiles.captions import Words
from profiles.charts.kit import plain
from tests.hostile.test_report_injection import PAYLOADS, Skeleton, words
from tests.pipelines import page_tables
from tests.pipelines.readers import publish, reader

NAMES = sorted(page_tables.TABLES)
FORMULAS = [
    '=HYPERLINK("http://example.invalid";"x")', "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "\u200b=1",
    '#include "page.typ"', "#eval(\"1\")", "$ x $", "*bold*", "`raw`", "= Heading", "\\u{41}", "#sys.inputs", "//comment",
]  # fmt: skip
EVERY = [*PAYLOADS, *FORMULAS]
FREE = re.compile(r"label_|meaning_|reason_|term_label_|shown_as_|name$|^place$|used_columns")
"""Columns that hold words from outside, or words that a site can change."""


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts take a page's time and put its words through one gate, which has a test of its own."""
    empty = '<svg class="marks" width="9" height="9" viewBox="0 0 9 9"></svg>'
    monkeypatch.setattr("vl_convert.vegalite_to_svg", lambda _: empty)


def poisoned(table: pl.DataFrame, payload: str) -> pl.DataFrame:
    """Every free text replaced; a college keeps its beginning, wherever it stands."""
    free = [c for c in table.columns if FREE.search(c) and table.schema[c] == pl.String]
    out = table.with_columns(pl.when(pl.col(c).is_null()).then(None).otherwise(pl.lit(payload)).alias(c) for c in free)
    for column in ("college", "group_code"):
        if out.schema.get(column) == pl.String:
            own = pl.col(column).is_in([page_tables.COLLEGE, "法学院"])
            out = out.with_columns(pl.when(own).then(pl.col(column) + pl.lit(payload)).otherwise(column).alias(column))
    return out


@cache
def page(name: str, payload: str, lang: str = "zh") -> str:
    template = read_template(REPORTS / f"{name}.html.j2")
    tables = {table: poisoned(frame, payload) for table, frame in page_tables.of(name).items()}
    (group,) = groups(template, tables)
    return document(template, group, own_tables(template, group, tables), words(payload), lang).html


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_its_skeleton(name: str, lang: str) -> None:
    plain_page = Skeleton(page(name, "x", lang))
    assert len(plain_page.tags) > 100
    for payload in EVERY if lang == "zh" else EVERY[::4]:
        attacked = Skeleton(page(name, payload, lang))
        assert attacked.tags == plain_page.tags, payload
        assert attacked.acted_upon == plain_page.acted_upon, payload


def test_the_page_on_data_use_keeps_its_skeleton() -> None:
    template = read_template(REPORTS / "data_use.html.j2")

    def html(payload: str) -> str:
        own = feeds(Site(file=str(ROOT / "campus.example.yml")))
        sources = [feed | {"name": Words(payload, payload)} for feed in own]
        services = [{"label_zh": payload, "label_en": payload, "fields": [Words(payload, payload)]}]
        said = {name: getattr(data_use, name.upper()) for name in ("purposes", "never")}
        said |= {"kept": data_use.kept(3, ()), "rights": data_use.rights(commands()), "looked": data_use.looked(3)}
        links = {"zh": "data_use.zh.html", "en": "data_use.en.html"}
        return render_page(template, said | {"feeds": sources, "services": services, "links": links}, words(payload))

    plain_page = Skeleton(html("x")).tags
    assert [payload for payload in EVERY if Skeleton(html(payload)).tags != plain_page] == []


def reader_page(folder: Path, models: dict[str, Model], payload: str) -> str:
    campus = read_campus(ROOT / "campus.example.yml").model_copy(update={"data": folder})
    publish(campus.published, models, [reader("a" * 32, college=payload, major=payload)], words=payload)
    written = write_pages(campus, Keyring(b"\1" * 32, b"\2" * 32), folder / "out", ["a" * 32])
    return written[0].read_text(encoding="utf-8")


def test_a_reader_s_own_page_keeps_its_skeleton(tmp_path: Path, models: dict[str, Model]) -> None:
    plain_page = Skeleton(reader_page(tmp_path, models, "x")).tags
    changed = [p for p in EVERY[::3] if Skeleton(reader_page(tmp_path, models, p.replace("\0", ""))).tags != plain_page]
    assert changed == []


def test_control_without_autoescape_each_page_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = reports.environment(REPORTS).overlay(autoescape=False)
    whole = {name: Skeleton(page(name, "x")).tags for name in NAMES}
    monkeypatch.setattr(reports, "environment", lambda _: trusting)
    page.cache_clear()
    for name in NAMES:
        assert sum(Skeleton(page(name, payload)).tags != whole[name] for payload in PAYLOADS[:12]) > 6, name
    page.cache_clear()


def squeezed(text: str) -> str:
    """Without blanks and hyphens of broken lines, which a PDF sets where it likes."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", plain(text))


def test_paper_says_every_payload_letter_by_letter() -> None:
    """All of them at once, as the names of one table."""
    told = [payload for payload in EVERY if payload.isprintable() and len(payload) < 80]
    assert len(told) > 45
    tables = dict(page_tables.of("study_list"))
    row = tables["ref.study_rule"].to_dicts()[0]
    tables["ref.study_rule"] = pl.DataFrame([row | {"label_zh": f"〔{payload}〕"} for payload in told])
    template = read_template(REPORTS / "study_list.html.j2")
    html = document(template, page_tables.TERM, tables, words("x"), "zh").html
    paper = squeezed("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf(html))).pages))
    assert [payload for payload in told if squeezed(f"〔{payload}〕") not in paper] == []


def downloads(folder: Path, name: str, payload: str) -> dict[str, bytes]:
    template = read_template(REPORTS / f"{name}.html.j2")
    tables = {table: poisoned(frame, payload) for table, frame in page_tables.of(name).items()}
    (group,) = groups(template, tables)
    undrawn_template = template.__class__(**{**vars(template), "is_printed": False})
    written = write_group(undrawn_template, group, tables, folder, words("x"))
    return {path.name: path.read_bytes() for path in written if path.suffix in (".csv", ".xlsx")}


def formula_cells(files: dict[str, bytes]) -> list[Any]:
    """Cells that a spreadsheet would work out rather than show."""
    found: list[Any] = []
    for name, content in files.items():
        if name.endswith(".csv"):
            rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
            found += [cell for row in rows for cell in row if is_formula(cell)]
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                parts = [book.read(part).decode() for part in book.namelist() if "worksheets/sheet" in part]
            found += [name for part in parts if re.search(r"<f[ >]|<hyperlink", part)]
    return found


def is_formula(cell: str) -> bool:
    start = cell.lstrip(" \u00a0\u3000\ufeff\u200b")[:1]
    is_number = re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) is not None
    return not is_number and (start in set("=+-@＝＋－＠") or cell[:1] in "\t\r\n") if cell else False


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_of_a_download_is_a_formula(name: str, tmp_path: Path) -> None:
    seen = 0
    for place, payload in enumerate(FORMULAS):
        files = downloads(tmp_path / str(place), name, payload)
        assert {Path(file).suffix for file in files} == {".csv", ".xlsx"}
        assert formula_cells(files) == [], payload
        seen += sum(payload.strip().encode() in content for content in files.values())
    assert seen > len(FORMULAS) / 2, "no payload came into any file"


def test_control_without_the_guard_formulas_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "guarded", lambda value: "" if value is None else value)
    seen = [p for place, p in enumerate(FORMULAS) if formula_cells(downloads(tmp_path / str(place), "visit_brief", p))]
    assert len(seen) >= 11
