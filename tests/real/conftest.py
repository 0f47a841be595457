"""Real exports, where the shared folder holds them: each goes through the whole line by a preset and a site file alone."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.paths import ROOT
from pipelines.run import run
from pipelines.site import Site
from pipelines.warehouse import Warehouse

REAL = ROOT.parent / "shared" / "data" / "real"


@dataclass(frozen=True)
class Told:
    """What the line made of a real data set, and the figures that were computed apart from it."""

    export: Path
    data: Path
    oracle: dict[str, Any]

    def table(self, query: str) -> pl.DataFrame:
        with Warehouse(path=str(self.data / "warehouse" / "mingyuan.duckdb")).opened() as warehouse:
            return warehouse.connection.sql(query).pl()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.table(query).rows()

    def number(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def page(self, group: str, lang: str) -> str:
        """The report of one group, found by the line that names it."""
        pages = (path.read_text(encoding="utf-8") for path in (self.data / "reports").rglob(f"college.{lang}.html"))
        return next(
            page for page in pages if f'<p class="kicker">{group}<' in page or f'<p class="kicker">{group} ·' in page
        )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Told]:
    """Run the line on one real data set."""

    def tell(name: str, landing: str, site: str) -> Told:
        export = REAL / name
        if not export.is_dir():
            pytest.skip(f"the real data set {name} is not on this machine")
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(export, folder / "data" / "landing" / landing, copy_function=shutil.copyfile)
        (folder / "campus.yml").write_text(site, encoding="utf-8")
        outcome = run(Site(file=str(folder / "campus.yml")), lambda made, number, total: None)
        assert outcome.success, outcome.problems
        return Told(export, folder / "data", json.loads((export / "ORACLE.json").read_text(encoding="utf-8")))

    return tell
