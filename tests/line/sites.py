"""A site in a folder of its own, run as a person runs it, and what its warehouse then holds.

What a good or bad run looks like is for the tests to say.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from pipelines import run as run_module
from pipelines.building.expectations import expectations_of
from pipelines.campus import Campus
from pipelines.demo_campus import make_campus
from pipelines.exports import Intake, take_in
from pipelines.paths import ROOT
from pipelines.run import Outcome, run
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

PATRONS, TERMS, SEED = 300, 2, 7
MAINLY = "from pipelines.cli import main; main(prog_name='mingyuan')"
HISTORY = {"ledger.build", "ledger.change", "ledger.release"}
Hashes = dict[str, tuple[int, int | None, int | None]]
"""By table: its rows, and two hashes of them in any order."""


@dataclass(frozen=True)
class Line:
    """A site's folder, with everything that the line makes of it."""

    folder: Path

    @property
    def site(self) -> Site:
        return Site(file=str(self.folder / "campus.yml"))

    @property
    def campus(self) -> Campus:
        return self.site.campus

    def run(self) -> Outcome:
        return run(self.site, lambda made, number, total: None)

    def take_in(self, feed: str, is_judged: bool = True) -> Intake:
        """Only the door: new exports of one feed into their raw table; without Great Expectations, sooner."""
        model = models()[f"raw.{feed}"]
        with Warehouse(path=str(self.campus.warehouse), threads=1).opened() as warehouse:
            return take_in(warehouse, self.site, model, expectations_of(model) if is_judged else [])

    def hashes(self) -> Hashes:
        return hashes(self.campus.warehouse)

    def rows_of(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.campus.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.campus.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def waiting(self) -> list[str]:
        """What lies in the landing folder."""
        landing = self.campus.landing
        return sorted(path.relative_to(landing).as_posix() for path in landing.rglob("*") if path.is_file())

    def copied(self, folder: Path) -> "Line":
        shutil.copytree(self.folder, folder, symlinks=True)
        return Line(folder)


@dataclass(frozen=True)
class Whole:
    """A small campus that has gone through the whole line, and what it was made from."""

    line: Line
    outcome: Outcome
    exports: Path
    truth: Path

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.exports).as_posix() for path in self.exports.rglob("*") if path.is_file())

    def untouched(self, folder: Path) -> Line:
        """The same campus with the same key and the same decisions, before anything has come."""
        for kept in ("secrets", "segments"):
            shutil.copytree(self.line.folder / "data" / kept, folder / "data" / kept)
        shutil.copy(self.line.folder / "campus.yml", folder)
        return Line(folder)

    def send(self, line: Line, names: list[str]) -> None:
        """Put these exports into a site's landing folder."""
        for name in names:
            line.put(name, (self.exports / name).read_bytes())


@cache
def whole_campus(folder: Path) -> Whole:
    """Made once for all tests of a session, which copy what they change."""
    exports, truth, line = folder / "exports", folder / "truth", Line(folder / "site")
    make_campus(PATRONS, TERMS, SEED, exports, truth, lambda step, share: None)
    _give_unmistakable_numbers(exports)
    line.folder.mkdir()
    shutil.copy(ROOT / "campus.example.yml", line.folder / "campus.yml")
    shutil.copytree(exports, line.campus.landing)
    return Whole(line, line.run(), exports, truth)


def _give_unmistakable_numbers(exports: Path) -> None:
    """Let no card or employee have a number that comes about by chance where barcodes of books are strung together."""
    cards, staff = (re.compile(rb"(?<!\d)" + shape + rb"(?!\d)") for shape in (rb"0010(\d{6})", rb"0001(\d{4})"))
    for path in [*exports.rglob("*.csv"), *exports.rglob("*.tsv")]:
        content = staff.sub(rb"6283\1", path.read_bytes())
        path.write_bytes(cards.sub(rb"7391\1", content) if path.parent.name in ("hub", "gate") else content)


def small(folder: Path, sources: dict[str, Any] | None = None, **lines: Any) -> Line:
    """A site with a gate that nothing has come from yet."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "name": {"zh": "测试", "en": "Test"},
        "sources": sources or {"gate_by_name": {"encoding": "utf-8"}},
        **lines,
    }
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
    (folder / "campus.yml").write_text(text, encoding="utf-8")
    (folder / "data" / "landing").mkdir(parents=True)
    return Line(folder)


WHEN = {"ledger.file": "received_at", "ledger.segment_model": "decided_at"}
"""Columns that tell when something came or was decided, and not what."""


def hashes(database: Path) -> Hashes:
    """Every table of a database, known again whatever the order of its rows.

    When a file came or a model was decided is left out, and so is the order in which tables were built and changed.
    """
    tables = "select schema_name || '.' || table_name from duckdb_tables() where not internal order by all"
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [name for (name,) in connection.execute(tables).fetchall() if name not in HISTORY]
        return {name: _hash(connection, name) for name in names}


def _hash(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int | None, int | None]:
    but = f" exclude ({WHEN[table]})" if table in WHEN else ""
    query = (
        f"select count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from (select *{but} from {table}) as whole"
    )
    rows, mixed, summed = connection.execute(query).fetchall()[0]
    return rows, mixed, summed


def changed(before: Hashes, after: Hashes) -> list[str]:
    """The tables that are not as they were."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def command(line: Line, *words: str) -> list[str]:
    """`mingyuan …` as a process of its own."""
    return [sys.executable, "-c", MAINLY, "--site", str(line.folder / "campus.yml"), *words]


def mingyuan(line: Line, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(line, *words), capture_output=True, text=True, cwd=ROOT, check=False, timeout=300, **options
    )


@contextmanager
def short_history(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dagster's history in memory: half of a small run's time goes into the one on disk."""

    @contextmanager
    def history(site: Site) -> Iterator[dg.DagsterInstance]:
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance

    with monkeypatch.context() as patched:
        patched.setattr(run_module, "history", history)
        yield


def is_long() -> bool:
    return os.environ.get("MINGYUAN_LONG") == "1"
