"""Documents lie in their recipients' folders: who finds what, what goes, what stays, and that no file is half written."""

import re
import stat
from pathlib import Path

import polars as pl
import pytest

from pipelines.paths import REPORTS
from pipelines.reporting.recipients import LIBRARY, Shelves
from pipelines.reporting.report_files import write_documents, write_page
from pipelines.reports import Template, read_template
from tests.pipelines.report_pages import shelves, small
from tests.pipelines.report_tables import CAMPUS, campus

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def college() -> Template:
    return read_template(REPORTS / "college.html.j2")


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return campus()


def test_every_college_gets_a_page_in_both_languages_and_a_place_in_the_index(
    college: Template, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    out = shelves(tmp_path)
    some = tables | {"report.college": tables["report.college"].head(2)}
    written = write_documents(college, some, out, CAMPUS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o640}
    assert not any(re.search(r"[^\x00-\x7f]", str(path.relative_to(tmp_path))) for path in written)
    for name in some["report.college"]["college"]:
        own = {path.name for path in (out.of("college", name) / "2026-spring").iterdir()}
        assert own >= {"college.zh.html", "college.en.html", "college.zh.pdf", "college.en.pdf", "college.xlsx"}
    index = (out.of(LIBRARY) / "index.en.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\.\./[a-z2-7]{26}/2026-spring/college\.en\.html)"', index)
    assert len(links) == 2
    assert all((out.of(LIBRARY) / link).resolve().is_file() for link in links)
    assert all(name in index for name in some["report.college"]["college_label_en"])


def test_the_same_figures_give_the_same_bytes(
    college: Template, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    one = {name: table.head(0) if name == "report.hour" else table for name, table in tables.items()}
    one |= {"report.college": one["report.college"].filter(pl.col("college") == "经济学院")}
    shuffled = {name: table.sample(fraction=1.0, shuffle=True, seed=3) for name, table in one.items()}
    first = write_documents(college, one, shelves(tmp_path / "first"), CAMPUS)
    second = write_documents(college, shuffled, shelves(tmp_path / "second"), CAMPUS)
    bytes_of = [[path.read_bytes() for path in paths if path.suffix in (".html", ".pdf")] for paths in (first, second)]
    assert bytes_of[0] == bytes_of[1]
    assert len(bytes_of[0]) == 2 + 2 + 2 * 2


def test_a_page_of_a_college_that_is_gone_is_removed_and_that_of_an_earlier_term_stays(tmp_path: Path) -> None:
    template, out = small(tmp_path, "<p>{{ group }}</p>"), shelves(tmp_path / "out")
    both = pl.DataFrame({"shelf": ["A", "B"], "term": ["t1", "t1"]})
    write_documents(template, {"report.shelf": both}, out, CAMPUS)
    write_documents(template, {"report.shelf": both.with_columns(term=pl.lit("t2"))}, out, CAMPUS)
    write_documents(template, {"report.shelf": both.filter(shelf="B").with_columns(term=pl.lit("t2"))}, out, CAMPUS)
    gone, kept = out.of("shelf", "A"), out.of("shelf", "B")
    assert (gone / "t1" / "small.zh.html").is_file()
    assert not list((gone / "t2").iterdir())
    assert (kept / "t2" / "small.zh.html").is_file()
    assert "t2/" not in (gone / "index.zh.html").read_text(encoding="utf-8")
    assert "t1/" in (gone / "index.zh.html").read_text(encoding="utf-8")


def test_pages_of_an_older_layout_are_removed_and_nothing_else(tmp_path: Path) -> None:
    template, out = small(tmp_path, "<p>{{ group }}</p>"), shelves(tmp_path / "out")
    old, kept = out.root / template.name, out.root / "other" / "x.html"
    for path in (old / "a.zh.html", old / "a.en.html", kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    written = write_documents(template, {"report.shelf": pl.DataFrame({"shelf": ["A"]})}, out, CAMPUS)
    assert not old.exists()
    assert kept.exists()
    assert all(path.exists() for path in written)


def test_nobodys_folder_tells_of_anothers_but_the_librarys(tmp_path: Path) -> None:
    template, out = small(tmp_path, "<p>{{ group }}</p>{{ links.index }}"), shelves(tmp_path / "out")
    written = write_documents(template, {"report.shelf": pl.DataFrame({"shelf": ["A", "B"]})}, out, CAMPUS)
    own, other, library = out.of("shelf", "A"), out.of("shelf", "B"), out.of(LIBRARY)
    assert len({own.name, other.name, library.name}) == 3
    assert all(re.fullmatch("[a-z2-7]{26}", folder.name) for folder in (own, other, library))
    for path in written:
        text = path.read_bytes().decode("utf-8", "replace")
        told = {folder.name for folder in (own, other, library) if folder.name in text}
        assert told == ({own.name, other.name} if path.parent == library else set())


def test_a_folder_keeps_its_name_under_one_key_and_has_another_under_another(tmp_path: Path) -> None:
    assert shelves(tmp_path).of("college", "法学院") == shelves(tmp_path).of("college", "法学院")
    assert Shelves(tmp_path, b"x" * 32).of("college", "法学院") != shelves(tmp_path).of("college", "法学院")
    assert shelves(tmp_path).of("college", "librarian") != shelves(tmp_path).of("librarian")


def test_a_page_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_page(tmp_path / "page.html", "before")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_page(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
