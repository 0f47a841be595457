"""A run leaves a page that would be the same, and writes one of which anything is other."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.reporting import report_files, standing
from pipelines.reporting.recipients import LIBRARY, Shelves
from pipelines.reporting.report_files import CONTENTS, write_documents
from pipelines.reports import Document, Template, read_template
from profiles.captions import SiteWords, Words

SITE = SiteWords(Words("图书馆", "Library"), as_of="2026-05-10")
BOOKS = pl.DataFrame({"shelf": ["A", "A", "B"], "loans": [1.5, 2.0, 12.0], "title": ["one", None, "three"]})
BODY = "<p>{% for row in rows('report.shelf') %}{{ row.title }} {{ row.loans }} {% endfor %}</p>"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The groups whose pages are made, in the order of making."""
    made: list[str] = []

    def document(template: Template, group: str, *given: object) -> Document:
        made.append(group)
        return report(template, group, *given)  # type: ignore[arg-type]  # passes on what it is given

    report = report_files.document
    monkeypatch.setattr(report_files, "document", document)
    return made


def template(folder: Path, body: str = BODY) -> Template:
    path = folder / "small.html.j2"
    header = "{# 小报 | Small report | x\nreads: report.shelf\none per: shelf\non paper: yes #}"
    path.write_text(header + "<html lang='zh'><title>x</title><main>" + body + "</main></html>", encoding="utf-8")
    return read_template(path)


def write(folder: Path, books: pl.DataFrame = BOOKS, site: SiteWords = SITE, **more: dict[str, str]) -> list[Path]:
    return write_documents(
        read_template(folder / "small.html.j2"), {"report.shelf": books}, shelves(folder), site, more
    )


def shelves(folder: Path) -> Shelves:
    return Shelves(folder / "out", b"k" * 32)


@pytest.fixture
def folder(tmp_path: Path, told: list[str]) -> Path:
    """Where both shelves' pages were written, and left by a second run."""
    template(tmp_path)
    first = {path: path.stat().st_mtime_ns for path in write(tmp_path)}
    assert sorted(told) == ["A", "A", "B", "B"]
    told.clear()
    again = write(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in again} == first
    assert not told
    return tmp_path


def test_a_figure_that_is_other_writes_its_own_page_and_no_other(folder: Path, told: list[str]) -> None:
    write(folder, BOOKS.with_columns(loans=pl.Series([1.5, 2.5, 12.0])))
    assert told == ["A", "A"]
    assert "one 1.5 — 2.5" in (shelves(folder).of("shelf", "A") / "small.zh.html").read_text(encoding="utf-8")


def test_nothing_is_not_an_empty_word(folder: Path, told: list[str]) -> None:
    write(folder, BOOKS.with_columns(title=pl.Series(["one", "", "three"])))
    assert told == ["A", "A"]


def test_words_a_heading_and_a_later_day_write_every_page(folder: Path, told: list[str]) -> None:
    everybody = ["A", "A", "B", "B"]
    write(folder, site=SiteWords(SITE.name, as_of="2026-05-11"))
    assert sorted(told) == sorted(everybody)
    write(folder, **{"report.shelf": {"loans": "借阅 loans"}})
    assert sorted(told) == sorted(everybody * 2)
    template(folder, f"<p>!</p>{BODY}")
    write(folder)
    assert sorted(told) == sorted(everybody * 3)


def test_what_is_over_is_told_to_its_last_day_and_not_again_each_night(folder: Path, told: list[str]) -> None:
    """The first shelf's days are over on the tenth, the second's on the twelfth."""
    days = pl.Series([dt.date(2026, 5, day) for day in (10, 10, 12)])
    dated = BOOKS.with_columns(last_day=days)
    for day, made in (
        ("2026-05-11", ["A", "A", "B", "B"]),
        ("2026-05-12", ["B", "B"]),
        ("2026-05-13", []),
        ("2026-05-14", []),
    ):
        told.clear()
        write(folder, dated, SiteWords(SITE.name, as_of=day))
        assert sorted(told) == made, day
    entered = json.loads((shelves(folder).of("shelf", "A") / CONTENTS).read_text(encoding="utf-8"))
    assert [entry["as_of"] for entry in entered] == ["2026-05-10"]


def test_other_code_writes_every_page(folder: Path, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "code", lambda: "other")
    write(folder)
    assert sorted(told) == ["A", "A", "B", "B"]


@pytest.mark.parametrize("name", ["small.en.html", "small.zh.pdf", "small.xlsx", "small.shelf.csv", CONTENTS])
def test_a_file_that_is_gone_or_changed_by_hand_is_written_again(folder: Path, told: list[str], name: str) -> None:
    path = shelves(folder).of("shelf", "B") / name
    content = path.read_bytes()
    path.unlink()
    write(folder)
    assert (told, path.read_bytes()) == (["B", "B"], content)
    if name != CONTENTS:  # which is the library's own note of what lies there
        path.write_bytes(content + b"!")
        write(folder)
        assert (told, path.read_bytes()) == (["B", "B", "B", "B"], content)


def test_a_list_that_is_gone_is_written_again_and_no_page_with_it(folder: Path, told: list[str]) -> None:
    path = shelves(folder).of(LIBRARY) / "index.en.html"
    content = path.read_bytes()
    path.write_bytes(b"changed")
    write(folder)
    assert (told, path.read_bytes()) == ([], content)


def test_a_seal_holds_only_for_the_same_page_made_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert not standing.is_sealed(path, "as now")
    path.write_text(standing.sealed("<p>1</p>", "as now"), encoding="utf-8")
    assert standing.is_sealed(path, "as now")
    assert not standing.is_sealed(path, "otherwise")
    for text in (
        path.read_text(encoding="utf-8").replace("1", "2"),
        "<p>1</p>",
        path.read_text(encoding="utf-8") + "!",
    ):
        path.write_text(text, encoding="utf-8")
        assert not standing.is_sealed(path, "as now")
