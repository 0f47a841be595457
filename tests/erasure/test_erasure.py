"""A reader who was erased is nowhere: the site is as if they had never come, and no byte of theirs is left."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.forgetting import erasure
from pipelines.portraying import past
from pipelines.publish import PublishedTable, publish
from pipelines.receiving import loading
from pipelines.receiving.loading import Judgement
from pipelines.receiving.replay import replay_site
from pipelines.receiving.tombstones import ERASED
from pipelines.reporting.quality import _QUERIES
from pipelines.reporting.reader_pages import folder_of, page_name
from pipelines.run import Outcome
from pipelines.serving.lists import write_lists
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.erasure.library import CANARIES, NUMBER, OTHERS, exports, library, put, taken_in
from tests.erasure.scan import found_anywhere, vault_of
from tests.hostile.door import childless
from tests.line.sites import Line, is_long, short_history

OF_BYTES = {"source_file", "source_record"}
"""Columns that tell which bytes a row came from: those of the other site are other bytes."""
PORTRAITS = ("portrait.individual", "portrait.current", "portrait.milestone", "portrait.page")
LISTS = ("lists", "run-1")
LEFT_LYING = dict.fromkeys(
    (
        "lake/clean/loan/v-1/part.parquet",
        "published/.tmp-1.duckdb.wal",
        "spool/in-killed/original",
        "spool/killed.rows.parquet",
        "vault/received/.killed",
        "warehouse/anew-mingyuan.duckdb.wal",
        "warehouse/past-killed/mingyuan.duckdb.wal",
        "warehouse/spill/killed.tmp",
    ),
    NUMBER,
)
"""What a run that was killed may leave, and where."""


@pytest.fixture(scope="module")
def here() -> Iterator[None]:
    """Read and run in the process of the test, as much of the line as there is time for; Great Expectations is slow."""
    with pytest.MonkeyPatch.context() as patch, short_history(patch), childless(patch):
        patch.setattr(loading, "judge", lambda *given: Judgement([], {}))
        patch.setattr(erasure, "run", lambda site, progress: run(Line(Path(site.file).parent)))
        yield


def run(line: Line) -> Outcome:
    """The whole line, or its tables up to the portraits and one of them published."""
    if is_long():
        return line.run()
    outcome = taken_in(line)
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        for model in (model for model in models().values() if model.is_feed):
            warehouse.create(model)
        past._make(warehouse, line.site, PORTRAITS)
        columns = tuple((column.name, column.caption) for column in models()[PORTRAITS[0]].columns)
        publish(warehouse.connection, [PublishedTable(PORTRAITS[0], "portraits", columns)], line.campus.published, {})
    return outcome


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, here: None) -> Line:
    """The library with everybody; whoever will be forgotten has a page, and stands on a list."""
    line = made(library(tmp_path_factory.mktemp("before") / "site"), exports())
    vault, folder = vault_of(line), folder_of(line.campus)
    folder.mkdir()
    for key in {*vault.pseudonyms_of(NUMBER), *vault.pseudonyms_of(OTHERS[0][0])}:
        (folder / f"{page_name(vault.keyring, key)}.zh.html").touch()
    for name, text in LEFT_LYING.items():
        path = line.campus.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, numbers in {"theirs": [OTHERS[0][0], NUMBER], "others": [OTHERS[0][0]]}.items():
        write_lists(
            line.campus.data.joinpath(*LISTS) / name,
            {name: [[n] for n in numbers]},
            ["number"],
            dt.datetime(2026, 1, 5),
        )
    return line


@pytest.fixture(scope="module")
def keys(before: Line) -> frozenset[str]:
    """Their pseudonyms: as a person, as a login, by their card, and by what else the number may come as."""
    return erasure.find(before.site, NUMBER).keys


@pytest.fixture(scope="module")
def erased(before: Line, keys: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = before.copied(tmp_path_factory.mktemp("erased") / "site")
    erasure.erase(line.site, NUMBER, lambda what, share: None)
    return line


@pytest.fixture(scope="module")
def without(before: Line, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A library with the same key to which they never came."""
    return made(library(tmp_path_factory.mktemp("without") / "site", key_of=before), exports(is_with_them=False))


def made(line: Line, files: dict[str, bytes]) -> Line:
    put(line, files)
    assert run(line).problems == ()
    return line


def tables(line: Line) -> dict[str, list[tuple[Any, ...]]]:
    """Every table but those of the ledger, without what tells of bytes."""
    columns = "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns() where not internal and schema_name <> 'ledger' group by all"
    with duckdb.connect(str(line.campus.warehouse), read_only=True) as connection:
        told = {
            name: ", ".join(f'"{column}"' for column in columns if column not in OF_BYTES)
            for name, columns in connection.execute(columns).fetchall()
        }
        return {
            name: connection.execute(f"select {what} from {name} order by all").fetchall()
            for name, what in told.items()
        }


def test_every_table_is_as_if_they_had_never_come(before: Line, erased: Line, without: Line) -> None:
    gone, never, then = tables(erased), tables(without), tables(before)
    assert {name for name in never if gone[name] != never[name]} == set()
    assert gone.keys() == never.keys()
    assert {"raw.loan", "clean.visit", "fact.roster", "portrait.individual"} <= {n for n in then if then[n] != gone[n]}


def test_the_page_on_quality_does_not_say_how_often_they_came(erased: Line) -> None:
    with Warehouse(path=str(erased.campus.warehouse)).opened() as warehouse:
        reasons = {reason for (reason,) in warehouse.rows_of("select distinct reason from ledger.reject")}
        assert ERASED in reasons
        assert {row["reason"] for row in warehouse.connection.sql(_QUERIES["rejects"]).pl().to_dicts()} == reasons - {
            ERASED
        }


def test_not_one_word_of_theirs_is_left(before: Line, erased: Line, keys: frozenset[str], tmp_path: Path) -> None:
    words = {*CANARIES, *keys}
    found = found_anywhere(before, words, tmp_path / "before")
    there = {word for _, word in found}
    assert set(CANARIES) <= there
    assert {Path(name).name for name in LEFT_LYING} <= {where for where, _ in found}
    assert len(there & keys) == 3, "the control: as a person, as a login, and by their card they were known"
    assert found_anywhere(erased, words, tmp_path / "after") == set()


def test_others_keep_what_is_theirs(before: Line, erased: Line, without: Line) -> None:
    vault, number = vault_of(erased), OTHERS[0][0]
    assert vault.pseudonyms_of(number) == vault_of(before).pseudonyms_of(number) != []
    pages = {path.name.partition(".")[0] for path in folder_of(erased.campus).iterdir()}
    assert pages == {page_name(vault.keyring, key) for key in vault.pseudonyms_of(number)} & pages != set()
    kept = sorted(path.name for path in erased.campus.data.joinpath(*LISTS).rglob("*.*"))
    assert kept == ["others.csv", "others.xlsx"]


def test_the_ledger_counts_their_records_as_rejected(before: Line, erased: Line) -> None:
    counts = "select name, records - loaded - duplicates - rejected, records, loaded, rejected, rows from ledger.file order by name"
    for then, now in zip(before.rows_of(counts), erased.rows_of(counts), strict=True):
        assert then[1] == now[1] == 0
        assert (now[0], now[2], now[3] + now[4]) == (then[0], then[2], then[3] + then[4])
    reasons = dict(erased.rows_of("select feed, count(*) from ledger.reject where reason = 'erased' group by feed"))
    assert reasons == {**dict.fromkeys(reasons, 1), "gate_event": 3}
    assert len(reasons) == 7


def test_what_is_left_can_be_read_anew(erased: Line, tmp_path: Path, here: None) -> None:
    line = erased.copied(tmp_path / "site")
    line.rows_of("select 1")
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute("update ledger.file set preset_digest = 'of another preset'")
    done = replay_site(line.site, [], lambda what, share: None)
    assert done.files == 6
    assert [told.partition(":")[0] for told in done.kept] == ["desk/2025.json", "events/2025.xlsx"]
    assert all("its original was destroyed" in told for told in done.kept)
    now, then = tables(line), tables(erased)
    assert [name for name in then if name.startswith("raw.") and now[name] != then[name]] == []
