"""A run that is killed while it rebuilds a term leaves the terms as they were, and the next run ends as if undisturbed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.paths import ROOT
from pipelines.warehouse import Warehouse
from tests.pipelines.arrivals import Models
from tests.pipelines.term_arrivals import arrive, busier, contents, furnished, renewed, stood

NIGHT = """
import os, signal, sys
from contextlib import contextmanager
from pipelines.building import build, parts
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.pipelines.term_arrivals import renewed

moment, replace = sys.argv[2], parts.replace

def replaced(warehouse, model, terms):
    if model.table == "fact.presence" and "a term is out" in moment:
        warehouse.connection.execute("delete from fact.presence")
        os.kill(os.getpid(), signal.SIGKILL)
    replace(warehouse, model, terms)

parts.replace = replaced
if "apart" in moment:
    Warehouse.transaction = contextmanager(lambda self: iter([self.connection]))
with Warehouse(path=sys.argv[1], threads=1).opened() as warehouse:
    renewed(warehouse, models())
"""


@pytest.fixture(scope="module")
def made(models: Models, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A warehouse with a changed month that no table knows of yet, and what all tables hold once they do."""
    path, other = (tmp_path_factory.mktemp("terms") / name for name in ("waiting", "undisturbed"))
    with Warehouse(path=str(path / "w.duckdb"), threads=1).opened() as warehouse:
        stood(furnished(warehouse, models), models)
        arrive(warehouse, models, busier("t3"))
    shutil.copytree(path, other)
    with Warehouse(path=str(other / "w.duckdb"), threads=1).opened() as warehouse:
        renewed(warehouse, models)
        return path, contents(warehouse, models)


@pytest.mark.parametrize(
    ("moment", "rows", "is_healed"),
    [
        ("a term is out", 16, True),
        ("a term is out, apart", 0, False),  # the control: without the transaction rows are lost
    ],
)
def test_killed_in_the_middle_of_a_term(
    models: Models, made: tuple[Path, dict[str, object]], tmp_path: Path, moment: str, rows: int, is_healed: bool
) -> None:
    shutil.copytree(made[0], tmp_path / "killed")
    path = tmp_path / "killed" / "w.duckdb"
    words = [sys.executable, "-c", NIGHT, str(path), moment]
    assert subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
    with Warehouse(path=str(path), threads=1).opened() as warehouse:
        assert warehouse.rows("fact.presence") == rows
        renewed(warehouse, models)
        assert (contents(warehouse, models) == made[1]) is is_healed
