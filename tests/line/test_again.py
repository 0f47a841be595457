"""The same exports give the same tables, however often, in whatever order and wherever they are taken in."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.releases import SHOWN_TO
from pipelines import definitions
from pipelines.engine import Engine
from pipelines.frames import read
from pipelines.releasing.aggregates import aggregates
from pipelines.releasing.gate import release
from pipelines.releasing.release import rules_of
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from tests.line.sites import Line, Whole, changed, hashes, short_history, small

HEAD = "卡号,闸机名称,通行时间,结果\n"
FIRST = HEAD + "0001,进门1,2025/09/08 08:00:00,成功\n0002,进门1,2025/09/08 08:01:00,成功\n"
MENDED = HEAD + "0001,进门1,2025/09/08 08:00:00,成功\n0003,出门1,never,成功\n0004,出门1,2025/09/08 09:00:00,成功\n"
AS_LAST_JUDGED = "ledger.expectation"
"""Holds counts of the files that came last, which are fewer when they come in two runs."""
SHOWN_SO_FAR = "ledger.released_cell"
"""What two runs showed is not what one showed: whatever the first gave away, the second must be silent around."""


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with one core, half the world away."""

    def resources(site: Site) -> dict[str, object]:
        return {
            "site": site,
            "warehouse": Warehouse(path=str(site.campus.warehouse), threads=1, memory_limit="1GB"),
            "engine": Engine(),
        }

    with monkeypatch.context() as patched:
        patched.setattr(definitions, "resources", resources)
        patched.setenv("TZ", "America/St_Johns")
        time.tzset()
        yield
    time.tzset()


def test_the_whole_line_runs(whole: Whole) -> None:
    assert whole.outcome.problems == ()
    assert (whole.outcome.success, whole.outcome.exit_code) == (True, 0)
    assert whole.line.waiting() == []
    assert not [path for path in whole.line.campus.spool.rglob("*") if path.is_file()]
    filled = {"raw.enrolment", "raw.gate_event", "raw.loan", "raw.patron_identifier", "raw.space_booking"}
    filled |= {"raw.survey_answer", *(name for name in whole.line.hashes() if name.startswith("portrait."))}
    filled -= {"portrait.change"}  # two terms are of two seasons
    assert [name for name in sorted(filled) if not whole.line.hashes()[name][0]] == []


def test_the_same_bytes_again_change_nothing(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = whole.line.copied(tmp_path / "again")
    whole.send(line, whole.files())
    received = line.rows_of("select source, source_file, received_at from ledger.file order by all")
    with short_history(monkeypatch):
        assert line.run().problems == ()
    assert changed(whole.line.hashes(), line.hashes()) == []
    assert line.rows_of("select source, source_file, received_at from ledger.file order by all") == received
    assert [path.name for path in line.campus.published.glob("mart-*")] == ["mart-000001.duckdb"]
    assert line.waiting() == []


@pytest.mark.usefixtures("elsewhere")
def test_order_cores_and_clock_make_no_difference(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert os.environ["TZ"] != whole.line.campus.timezone
    line, files = whole.untouched(tmp_path / "elsewhere"), whole.files()
    with short_history(monkeypatch):
        for half in (files[1::2], files[0::2]):
            whole.send(line, half)
            assert line.run().problems == ()
    assert set(changed(whole.line.hashes(), line.hashes())) <= {AS_LAST_JUDGED, SHOWN_SO_FAR}
    assert len(line.rows_of("select distinct received_at from ledger.file")) > 1
    assert [shown for (shown,) in line.rows_of("select count(*) from ledger.release")] == [2]
    _release_anew(line)
    assert changed(whole.line.hashes(), line.hashes()) in ([], [AS_LAST_JUDGED])


def _release_anew(line: Line) -> None:
    """Decide what may be shown as if nothing ever had been."""
    with Warehouse(path=str(line.campus.warehouse), threads=1).opened() as warehouse:
        for table in ("ledger.release", SHOWN_SO_FAR):
            warehouse.connection.execute(f"delete from {table}")
        told = aggregates(models().values())
        tables = [(model, read(warehouse, f"select * from {model.table}")) for model in told]
        release(warehouse, tables, rules_of(line.campus), SHOWN_TO)


def test_one_cell_more_or_less_is_seen(whole: Whole, tmp_path: Path) -> None:
    """The control: a hash that told nothing apart would make every test here pass."""
    line = whole.line.copied(tmp_path / "touched")
    before = line.hashes()
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        one = "rowid = (select min(rowid) from portrait.individual)"
        connection.execute(f"update portrait.individual set terms_active = coalesce(terms_active, 0) + 1 where {one}")
        swapped = "create or replace table raw.loan as select * from raw.loan order by loan_key desc"
        connection.execute(swapped)
    assert changed(before, line.hashes()) == ["portrait.individual"]


def test_a_mended_file_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    mended, fresh = small(tmp_path / "mended"), small(tmp_path / "fresh")
    _take(mended, FIRST)
    keyring = mended.campus.key_file
    fresh.campus.key_file.parent.mkdir(mode=0o700)
    fresh.campus.key_file.write_bytes(keyring.read_bytes())
    fresh.campus.key_file.chmod(0o600)
    _take(mended, MENDED)
    _take(fresh, MENDED)
    assert changed(hashes(mended.campus.warehouse), hashes(fresh.campus.warehouse)) == ["ledger.file"]
    states = "select status, records, loaded, rejected from ledger.file order by all"
    assert mended.rows_of(states) == [("loaded", 3, 2, 1), ("replaced", 2, 2, 0)]
    _take(mended, FIRST)
    assert mended.rows_of(states) == [("loaded", 2, 2, 0), ("replaced", 3, 2, 1)]
    assert mended.rows_of("select count(*), count(distinct source_file) from raw.gate_event") == [(2, 1)]


def test_under_another_name_both_stay(tmp_path: Path) -> None:
    """The control: it is the name that makes one file the successor of another."""
    line = small(tmp_path)
    _take(line, FIRST)
    _take(line, MENDED, "gate/main_other.csv")
    assert line.rows_of("select count(*), count(distinct source_file) from raw.gate_event") == [(4, 2)]


def _take(line: Line, content: str, name: str = "gate/main_a.csv") -> None:
    line.put(name, content)
    intake = line.take_in("gate_event")
    assert (intake.files, intake.refusals) == (1, [])
