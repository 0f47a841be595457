"""Readers' own pages are the reader's alone: a name nobody can guess, nobody else on it, and gone when it is refused."""

import re
import stat
from pathlib import Path

import pytest

from pipelines.campus import Campus, read_campus
from pipelines.errors import Problem
from pipelines.keeping.keyring import Keyring
from pipelines.models import Model
from pipelines.paths import ROOT
from pipelines.reporting import reader_pages
from pipelines.reporting.reader_pages import AT_ONCE, folder_of, keep_right, page_name, write_pages
from tests.pipelines.readers import publish, reader

KEYS = Keyring(b"\1" * 32, b"\2" * 32)
KEEN, GENTLE, LEAVING = "a" * 32, "b" * 32, "c" * 32
READERS = [
    reader(KEEN),
    reader(GENTLE, visit_days=0, loans=0, presence_hours=0.0, visit_percentile=0.1),
    reader(LEAVING, is_graduating=True),
]


@pytest.fixture
def campus(tmp_path: Path) -> Campus:
    return read_campus(ROOT / "campus.example.yml").model_copy(update={"data": tmp_path})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def texts(written: list[Path]) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in written}


def pages(campus: Campus, key: str) -> set[str]:
    return {f"{page_name(KEYS, key)}.{lang}.html" for lang in ("zh", "en")}


def test_each_reader_has_a_page_in_each_language_for_the_owner_s_eyes(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, READERS)
    folder = folder_of(campus)
    written = write_pages(campus, KEYS, folder)
    assert names(folder) == {name for key in (KEEN, GENTLE, LEAVING) for name in pages(campus, key)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_name_says_nothing_without_the_key() -> None:
    name = page_name(KEYS, KEEN)
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert name == page_name(KEYS, KEEN)
    assert len({name, page_name(KEYS, GENTLE), page_name(Keyring(b"\3" * 32, b"\2" * 32), KEEN), KEEN}) == 4


def test_nobody_else_stands_on_a_page(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, READERS)
    for name, text in texts(write_pages(campus, KEYS, folder_of(campus))).items():
        others = [page_name(KEYS, key) for key in (KEEN, GENTLE, LEAVING) if not name.startswith(page_name(KEYS, key))]
        assert not any(other in text for other in (*others, KEEN, GENTLE, LEAVING))
        assert set(re.findall(r'href="([^"]+)"', text)) <= {
            "#main",
            *(f"{name[:32]}.{lang}.html" for lang in ("zh", "en")),
        }


def test_the_record_is_all_that_the_portrait_holds_and_nothing_else(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, READERS)
    text = texts(write_pages(campus, KEYS, folder_of(campus), [KEEN]))[f"{page_name(KEYS, KEEN)}.en.html"]
    told = re.findall(r'<th scope="row">([^<]*)</th>', text[text.index('class="record"') :])
    held = [column.label_en for column in models["portrait.current"].columns if column.name != "patron_key"]
    assert sorted(told) == sorted(label.replace("'", "&#39;") for label in held)


def test_a_refusal_takes_effect_with_the_next_run(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, READERS)
    folder = folder_of(campus)
    write_pages(campus, KEYS, folder)
    assert keep_right(campus, KEYS, folder) == 6
    publish(campus.published, models, READERS, without=(KEEN,))
    assert keep_right(campus, KEYS, folder) == 4
    assert names(folder) == pages(campus, GENTLE) | pages(campus, LEAVING)
    with pytest.raises(Problem, match="1 of those asked for have no page"):
        write_pages(campus, KEYS, folder, [KEEN])


def test_pages_are_left_while_nothing_that_they_are_made_of_is_other(
    campus: Campus, models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(campus.published, models, READERS)
    folder = folder_of(campus)
    first = texts(write_pages(campus, KEYS, folder))
    asked: list[list[str]] = []
    write = reader_pages.write_pages
    monkeypatch.setattr(reader_pages, "write_pages", lambda *told: asked.append(list(told[3])) or write(*told))
    assert keep_right(campus, KEYS, folder) == 6
    assert not asked
    spoilt = folder / f"{page_name(KEYS, KEEN)}.en.html"
    spoilt.write_text(spoilt.read_text(encoding="utf-8").replace("20", "2000"), encoding="utf-8")
    (folder / f"{page_name(KEYS, GENTLE)}.zh.html").unlink()
    assert keep_right(campus, KEYS, folder) == 6
    assert asked == [[KEEN, GENTLE]]
    assert texts(sorted(folder.iterdir())) == dict(sorted(first.items()))
    publish(campus.published, models, READERS)
    keep_right(campus, KEYS, folder)
    keep_right(campus.model_copy(update={"small_cell": 12}), KEYS, folder)
    assert asked[1:] == [[KEEN, GENTLE, LEAVING]] * 2


def test_only_pages_that_were_given_are_kept_up(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, READERS)
    write_pages(campus, KEYS, folder_of(campus), [GENTLE])
    assert keep_right(campus, KEYS, folder_of(campus)) == 2
    assert names(folder_of(campus)) == pages(campus, GENTLE)


def test_files_of_others_in_the_folder_are_left_alone(campus: Campus, models: dict[str, Model], tmp_path: Path) -> None:
    publish(campus.published, models, READERS)
    own = tmp_path / "own"
    own.mkdir()
    kept = ("index.html", "0123.zh.html", f"{'f' * 32}.fr.html")
    for name in (*kept, f"{'f' * 32}.zh.html"):
        (own / name).touch()
    write_pages(campus, KEYS, own, [KEEN])
    assert names(own) == {*kept, *pages(campus, KEEN)}


def test_a_term_told_gently_has_no_rank_and_no_figure_above(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, [*READERS, *(reader(f"{n:032}", visit_days=n) for n in range(40))])
    written = texts(write_pages(campus, KEYS, folder_of(campus), [KEEN, GENTLE]))
    keen, gentle = (written[f"{page_name(KEYS, key)}.zh.html"] for key in (KEEN, GENTLE))
    assert "超过约 80% 的同伴" in keen
    assert "在同伴之中" in keen
    told = gentle[: gentle.index('class="yours"')]
    assert "同伴" not in told
    assert "图书馆的门" in told


def test_more_readers_than_are_in_memory_together(campus: Campus, models: dict[str, Model]) -> None:
    publish(campus.published, models, [reader(f"{n:032}") for n in range(AT_ONCE + 3)])
    shares: list[float] = []
    assert len(write_pages(campus, KEYS, folder_of(campus), advance=shares.append)) == 2 * (AT_ONCE + 3)
    assert shares == [pytest.approx(AT_ONCE / (AT_ONCE + 3)), 1.0]


def test_an_older_generation_is_told_apart(campus: Campus, models: dict[str, Model]) -> None:
    few = {name: model for name, model in models.items() if name != "portrait.page"}
    publish(campus.published, models | few, READERS)
    import duckdb

    with duckdb.connect(str((campus.published / "current").resolve())) as connection:
        connection.execute("drop table portrait.page")
    with pytest.raises(Problem, match="older version"):
        write_pages(campus, KEYS, folder_of(campus))
