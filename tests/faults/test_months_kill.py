"""A run that is killed while it rebuilds a month leaves the month as it was, and the next run ends as if undisturbed."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.paths import ROOT
from pipelines.warehouse import Warehouse
from tests.line.sites import is_long
from tests.pipelines.arrivals import FIRST_NIGHT, SECOND_NIGHT, Models, contents, furnished, renewed, send

ROUNDS = 40 if is_long() else 1
LATEST_SECONDS = 1.5

NIGHT = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from pipelines.building import build, changes, parts
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.pipelines.arrivals import renewed

moment, replace, note = sys.argv[2], parts.replace, changes.note

def replaced(warehouse, model, due):
    if model.table == "clean.visit" and "month is out" in moment:
        warehouse.connection.execute("delete from clean.visit")
        os.kill(os.getpid(), signal.SIGKILL)
    replace(warehouse, model, due)

def noted(warehouse, model, values=None):
    if model.table == "clean.visit" and "nobody is told" in moment:
        os.kill(os.getpid(), signal.SIGKILL)
    note(warehouse, model, values)

parts.replace, changes.note = replaced, noted
if "apart" in moment:
    Warehouse.transaction = contextmanager(lambda self: iter([self.connection]))
with Warehouse(path=sys.argv[1], threads=1).opened() as warehouse:
    print("open", flush=True)
    renewed(warehouse, models())
"""


@pytest.fixture(scope="module")
def made(models: Models, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A warehouse with a night's files that no table knows of yet, and what all tables hold once they do."""
    path, other = (tmp_path_factory.mktemp("night") / name for name in ("waiting", "undisturbed"))
    with furnished(models, path) as warehouse:
        for file in FIRST_NIGHT:
            send(warehouse, models, file)
        renewed(warehouse, models)
        for file in SECOND_NIGHT:
            send(warehouse, models, file)
    shutil.copytree(path, other)
    with Warehouse(path=str(other / "w.duckdb"), threads=1).opened() as warehouse:
        renewed(warehouse, models)
        return path, contents(warehouse, models)


@pytest.fixture
def waiting(made: tuple[Path, dict[str, object]], tmp_path: Path) -> tuple[Path, dict[str, object]]:
    shutil.copytree(made[0], tmp_path / "killed")
    return tmp_path / "killed" / "w.duckdb", made[1]


@pytest.mark.parametrize(
    ("moment", "visits", "is_healed"),
    [
        ("a month is out", 2, True),
        ("nobody is told", 2, True),
        # The controls: without the transaction rows are lost, or those who read them never hear of new ones.
        ("a month is out, apart", 0, False),
        ("nobody is told, apart", 3, False),
    ],
)
def test_killed_in_the_middle_of_a_month(
    models: Models, waiting: tuple[Path, dict[str, object]], moment: str, visits: int, is_healed: bool
) -> None:
    path, undisturbed = waiting
    words = [sys.executable, "-c", NIGHT, str(path), moment]
    assert subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
    with Warehouse(path=str(path), threads=1).opened() as warehouse:
        assert warehouse.rows("clean.visit") == visits
        renewed(warehouse, models)
        assert (contents(warehouse, models) == undisturbed) is is_healed


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_it_ends_as_if_undisturbed(
    models: Models, waiting: tuple[Path, dict[str, object]], number: int
) -> None:
    path, undisturbed = waiting
    chance = random.Random(number)
    with subprocess.Popen([sys.executable, "-c", NIGHT, str(path), ""], cwd=ROOT, stdout=subprocess.PIPE) as night:
        assert night.stdout is not None
        night.stdout.readline()
        time.sleep(chance.uniform(0, LATEST_SECONDS))
        night.kill()
    with Warehouse(path=str(path), threads=1).opened() as warehouse:
        renewed(warehouse, models)
        assert contents(warehouse, models) == undisturbed
