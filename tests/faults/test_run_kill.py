"""A run that is killed while it loads loses no record, doubles none, and leaves nothing behind for the next."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.history import history
from pipelines.paths import ROOT
from tests.line.sites import Line, Whole, changed, command, is_long, small, whole_campus

KILLS_IN_A_ROUND = 3
ROUNDS = 13 if is_long() else 1
LATEST_SECONDS = 0.4
SUMS = "select count(*), sum(records), sum(loaded), sum(duplicates), sum(rejected), sum(rows) from ledger.file"
PER_FILE = "select source_file, rows from ledger.file where status = 'loaded' and feed = ? order by all"
UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]

TWO_STEPS = """
import duckdb, os, signal, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table if not exists visit (source_file varchar)")
connection.execute("create table if not exists loaded (source_file varchar)")
if not connection.execute("select 1 from loaded").fetchall():
    {begin}
    connection.execute("insert into visit values ('a')")
    if sys.argv[2] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    connection.execute("insert into loaded values ('a')")
    {commit}
"""

FATAL = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from pipelines.receiving import ledger
from pipelines.keeping import seal, vault
from pipelines.warehouse import Warehouse
from tests.line.sites import Line
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before sealing":
    vault.Vault.keep_original = die
elif sys.argv[2] == "while sealing":
    seal._even = die
else:
    ledger.enter = die
if sys.argv[2] == "apart":
    Warehouse.transaction = contextmanager(lambda self: iter([self.connection]))
Line(Path(sys.argv[1])).take_in("gate_event", is_judged=False)
"""
GATE = "卡号,闸机名称,通行时间,结果\n0001,进门1,2025/09/08 08:00:00,成功\n0002,出门1,2025/09/08 08:01:00,成功\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_again_and_again_it_ends_as_if_undisturbed(whole: Whole, tmp_path: Path, number: int) -> None:
    chance = random.Random(2026 + number)
    line = whole.untouched(tmp_path / "killed")
    whole.send(line, whole.files())
    left = []
    for until in sorted(chance.sample(range(1, len(whole.files())), KILLS_IN_A_ROUND), reverse=True):
        _kill_when_few_wait(line, until, chance.uniform(0, LATEST_SECONDS))
        left.append(len(line.waiting()))
        assert _is_whole(line, tmp_path / f"seen-{until}")
    assert any(0 < files < len(whole.files()) for files in left)
    assert _unfinished(line)
    assert line.run().problems == ()
    assert changed(whole.line.hashes(), line.hashes()) in ([], ["ledger.expectation"])
    assert line.rows_of(SUMS) == whole.line.rows_of(SUMS)
    assert line.waiting() == []
    assert list(line.campus.spool.iterdir()) == []
    assert not list(line.campus.vault.rglob(".*"))
    assert _unfinished(line) == []


@pytest.mark.parametrize(
    ("moment", "rows", "files", "taken_in"),
    [
        ("before the ledger", 0, 0, 1),
        ("before sealing", 2, 1, 0),
        ("while sealing", 0, 0, 1),
        ("apart", 2, 0, 1),  # the control: without the transaction, the rows are there and the ledger knows nothing
    ],
)
def test_rows_and_ledger_come_together_or_not_at_all(
    tmp_path: Path, moment: str, rows: int, files: int, taken_in: int
) -> None:
    line = small(tmp_path / "site")
    line.put("gate/main_a.csv", GATE)
    words = [sys.executable, "-c", FATAL, str(line.folder), moment]
    assert subprocess.run(words, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    both = "select (select count(*) from raw.gate_event), (select count(*) from ledger.file)"
    assert line.rows_of(both) == [(rows, files)]
    assert line.waiting() == ["gate/main_a.csv"]
    assert bool(list(line.campus.vault.rglob(".*"))) == (moment == "while sealing")
    assert line.take_in("gate_event", is_judged=False).files == taken_in
    assert line.rows_of(both) == [(2, 1)]
    assert (line.waiting(), list(line.campus.spool.iterdir())) == ([], [])
    assert not list(line.campus.vault.rglob(".*"))


@pytest.mark.parametrize(("begin", "commit", "visits"), [("", "", 2), ("begin", "commit", 1)])
def test_rows_and_ledger_in_two_transactions_would_double_rows(
    tmp_path: Path, begin: str, commit: str, visits: int
) -> None:
    """The control: a naive load that is killed between its two steps, and the same as one transaction."""
    statement = "connection.execute('{}')"
    script = TWO_STEPS.format(
        begin=statement.format(begin or "select 1"), commit=statement.format(commit or "select 1")
    )
    for fate, code in (("die", -signal.SIGKILL), ("live", 0)):
        ended = subprocess.run([sys.executable, "-c", script, str(tmp_path / "w.duckdb"), fate], check=False)
        assert ended.returncode == code
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        assert connection.execute("select count(*) from visit").fetchall() == [(visits,)]


def _kill_when_few_wait(line: Line, until: int, later: float) -> None:
    """Start a run and kill it, with the children that read for it, a moment after so few exports are left."""
    with subprocess.Popen(command(line, "run"), cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True) as run:
        while len(line.waiting()) > until and run.poll() is None:
            time.sleep(0.01)
        time.sleep(later)
        assert run.poll() is None, "the run ended before it could be killed"
        os.killpg(run.pid, signal.SIGKILL)


def _is_whole(line: Line, aside: Path) -> bool:
    """Whether the rows of each feed are those of the files that the ledger says are loaded; looked at in a copy."""
    shutil.copytree(line.campus.warehouse.parent, aside)
    tables = "select table_name from duckdb_tables() where schema_name = 'raw'"
    marked = "select source_file, count(*) from raw.{} group by all order by all"
    with duckdb.connect(str(aside / line.campus.warehouse.name)) as connection:
        return all(
            connection.execute(PER_FILE, [feed]).fetchall() == connection.execute(marked.format(feed)).fetchall()
            for (feed,) in connection.execute(tables).fetchall()
        )


def _unfinished(line: Line) -> list[str]:
    with history(line.site) as instance:
        return [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))]
