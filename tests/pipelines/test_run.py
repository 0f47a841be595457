"""A run from a terminal: where its history lies, what it says of failures, and what a failing check stops."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines import run as run_module
from pipelines import site as site_module
from pipelines.definitions import NIGHTLY
from pipelines.engine import Engine
from pipelines.errors import Busy, KeyRefused, Misconfigured, Problem
from pipelines.exports import export_asset
from pipelines.modelling.model_files import read_models
from pipelines.models import Model
from pipelines.paths import SQL
from pipelines.receiving.arrival import arrivals
from pipelines.run import Outcome, history, run
from pipelines.site import Site, models
from pipelines.tables import table_asset
from tests.assets.small_site import PASSAGES, put, small_site, warehouse_of

NUMBER = "2023010199"
HOLDS = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
SEEN = "-- One row for each passage.\n--\n-- grain: patron_key, passed_at\n\nselect patron_key, passed_at from raw.gate_event\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


def assets_that_raise(*errors: Exception) -> list[dg.AssetsDefinition]:
    def raising(name: str, error: Exception) -> dg.AssetsDefinition:
        @dg.asset(name=name)
        def asset() -> None:
            raise error

        return asset

    return [raising(f"raw__{number}", error) for number, error in enumerate(errors)]


def run_of(
    monkeypatch: pytest.MonkeyPatch, site: Site, assets: list[dg.AssetsDefinition], /, **resources: Any
) -> Outcome:
    """What `mingyuan run` gives back where these are all the assets there are."""
    jobs = [dg.define_asset_job(NIGHTLY, dg.AssetSelection.all())]
    made = dg.Definitions(assets=assets, jobs=jobs, resources=resources, executor=dg.in_process_executor)
    monkeypatch.setattr(run_module, "build_definitions", lambda site: made)
    return run(site, lambda made, number, total: None)


def conversion_error() -> duckdb.Error:
    try:
        duckdb.execute("select cast(? as date)", [NUMBER])
    except duckdb.Error as error:
        return error
    raise AssertionError("this is no date")


def test_the_history_of_a_site_elsewhere_stays_below_its_data(site, tmp_path, monkeypatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "cwd").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "cwd")
    assert run_of(monkeypatch, site, assets_that_raise(Problem("a — b"))).exit_code == 1
    with history(site) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_runs_count() == 1
    assert not any((tmp_path / "home").iterdir())
    assert not any((tmp_path / "cwd").iterdir())
    assert {path.name for path in site.campus.data.iterdir()} == {"landing", "dagster"}


@pytest.mark.parametrize(
    ("errors", "exit_code"),
    [
        ([Problem("a table is broken — mend it")], 1),
        ([Misconfigured("a line is wrong — mend it")], 2),
        ([Busy("another run is writing — wait")], 3),
        ([KeyRefused("the key is missing — put it back")], 4),
        ([Problem("one — mend it"), KeyRefused("two — mend it")], 4),
        ([KeyRefused("the same — mend it"), KeyRefused("the same — mend it")], 4),
    ],
)
def test_each_problem_is_told_once_in_its_own_words(site, monkeypatch, errors, exit_code) -> None:
    outcome = run_of(monkeypatch, site, assets_that_raise(*errors))
    assert (outcome.success, outcome.exit_code) == (False, exit_code)
    assert sorted(outcome.problems) == sorted({str(error) for error in errors})


def test_a_problem_that_has_a_cause_is_told_and_not_its_cause(site, monkeypatch) -> None:
    busy = Busy("another run is writing — wait")
    busy.__cause__ = OSError("Could not set lock on file")
    outcome = run_of(monkeypatch, site, assets_that_raise(busy))
    assert (outcome.problems, outcome.exit_code) == (("another run is writing — wait",), 3)


def test_an_error_of_the_database_is_told_without_the_cell_it_quotes(site, monkeypatch) -> None:
    error = conversion_error()
    outcome = run_of(monkeypatch, site, assets_that_raise(error))
    (line,) = outcome.problems
    assert line.startswith("raw.0: stopped by ConversionException")
    assert NUMBER not in line
    assert NUMBER in str(error), "the negative control: its own words do quote it"


def test_a_warehouse_that_another_process_holds_is_told_in_one_line(site, monkeypatch) -> None:
    @dg.asset(required_resource_keys={"warehouse"})
    def needs() -> None: ...

    site.campus.warehouse.parent.mkdir(parents=True)
    holder = [sys.executable, "-c", HOLDS, str(site.campus.warehouse)]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        outcome = run_of(monkeypatch, site, [needs], warehouse=warehouse_of(site, wait_seconds=0.2))
        process.communicate("")
    (line,) = outcome.problems
    assert "another run is writing" in line
    assert outcome.exit_code == 3
    assert run_of(monkeypatch, site, [needs], warehouse=warehouse_of(site)).success


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A table made straight from the gate's rows."""
    folder = tmp_path_factory.mktemp("models") / "sql"
    shutil.copytree(SQL / "raw", folder / "raw")
    (folder / "clean").mkdir()
    (folder / "clean" / "seen.sql").write_text(SEEN, encoding="utf-8")
    return read_models(folder)["clean.seen"]


@pytest.fixture
def line(site: Site, seen: Model, monkeypatch: pytest.MonkeyPatch):
    """Run the gate's door and what comes after it; the tables there are afterwards."""

    def line() -> tuple[Outcome, set[str]]:
        warehouse = warehouse_of(site)
        assets = [export_asset(models()["raw.gate_event"]), table_asset(seen)]
        outcome = run_of(monkeypatch, site, assets, warehouse=warehouse, site=site, engine=Engine())
        with warehouse.opened():
            return outcome, {table for table in ("raw.gate_event", "clean.seen") if warehouse.exists(table)}

    return line


def test_a_file_that_breaks_a_critical_expectation_stays_outside_and_stops_nothing_else(site, line) -> None:
    put(site, "gate/a.csv", PASSAGES.replace(",out,", ",up,"))
    put(site, "gate/b.csv", PASSAGES.replace("09-08", "09-09"))
    outcome, tables = line()
    assert (outcome.success, outcome.exit_code) == (False, 1)
    assert "gate/a.csv: 1 rows break" in outcome.problems[0]
    assert NUMBER not in outcome.problems[0]
    assert outcome.told[0] == "1 export taken in: 2 rows, 0 records rejected"
    assert tables == {"raw.gate_event", "clean.seen"}
    put(site, "gate/a.csv", PASSAGES)
    told = ("1 export taken in: 2 rows, 0 records rejected", "nothing is published yet")
    assert line() == (Outcome(True, (), 0, (), told), {"raw.gate_event", "clean.seen"})


def test_a_file_that_cannot_be_read_stops_nothing_but_itself(site, line) -> None:
    put(site, "gate/a.csv")
    put(site, "gate/b.csv", "")
    outcome, tables = line()
    assert (outcome.success, outcome.exit_code) == (False, 1)
    assert outcome.problems == ("gate/b.csv: is empty — export it again",)
    assert outcome.told[0] == "1 export taken in: 2 rows, 0 records rejected"
    assert tables == {"raw.gate_event", "clean.seen"}


def test_what_took_the_place_of_something_and_what_deserves_a_look_is_told(site, line) -> None:
    put(site, "gate/a.csv")
    assert line()[0].remarks == ()
    put(site, "gate/a.csv", PASSAGES.rstrip("\n"))  # the same two passages, and no line feed behind the last
    outcome, _ = line()
    assert outcome.remarks == ("gate/a.csv: no final newline",)
    assert outcome.told[0] == "1 export taken in: 2 rows, in place of 2 of earlier files, 0 records rejected"
    assert line()[0].told[0] == "no new export taken in"


def test_a_landing_folder_that_is_gone_is_no_quiet_night(site, line) -> None:
    put(site, "gate/a.csv")
    assert line()[0].success
    folder = site.campus.landing.rename(site.campus.landing.with_name("unmounted"))
    outcome, _ = line()
    assert (outcome.success, outcome.exit_code) == (False, 1)
    assert outcome.problems == (
        f"{site.campus.landing}: there is no such landing folder — make it, mount it, or mend landing in the site file",
    )
    folder.rename(site.campus.landing)
    assert line()[0].problems == ()


def test_a_feed_says_when_its_last_file_came(site, seen) -> None:
    def on_time() -> tuple[bool, dg.AssetCheckSeverity, str]:
        resources = {"warehouse": warehouse_of(site), "site": site}
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(
                [export_asset(models()["raw.gate_event"])], instance=instance, resources=resources, raise_on_error=False
            )
        (told,) = [e for e in result.get_asset_check_evaluations() if e.check_name == "arrives_on_time"]
        assert result.success, "it warns and stops nothing"
        return told.passed, told.severity, str(told.metadata["last_file"].value)

    warn = dg.AssetCheckSeverity.WARN
    assert on_time() == (False, warn, "none yet")
    put(site, "gate/a.csv")
    assert on_time()[:2] == (True, warn)
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute("update ledger.file set received_at = localtimestamp - interval 47 hour")
        assert _is_on_time(warehouse, site)
        warehouse.connection.execute("update ledger.file set received_at = localtimestamp - interval 49 hour")
        assert not _is_on_time(warehouse, site)


def test_a_feed_that_the_site_does_not_have_is_never_late(site) -> None:
    with warehouse_of(site).opened() as warehouse:
        assert _is_on_time(warehouse, site, "raw.loan")
        assert not _is_on_time(warehouse, site)


def _is_on_time(warehouse: Any, site: Site, table: str = "raw.gate_event") -> bool:
    (told,) = arrivals(warehouse, site, models()[table])
    return told.passed


def test_a_model_that_is_not_right_is_told_in_its_own_line_before_anything_runs(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "sql"
    shutil.copytree(SQL, broken)
    loan = broken / "clean" / "loan.sql"
    text = loan.read_text(encoding="utf-8")
    line = 1 + text.partition("loan.item_key,")[0].count("\n")
    loan.write_text(text.replace("loan.item_key,", "loan.item_kye,"), encoding="utf-8")
    monkeypatch.setattr(site_module, "SQL", broken)
    models.cache_clear()
    try:
        with pytest.raises(Misconfigured) as refusal:
            run(site, lambda made, number, total: None)
    finally:
        models.cache_clear()
    assert str(refusal.value).startswith(f"sql/clean/loan.sql:{line}: ")
    assert "item_kye" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not site.campus.warehouse.exists()
