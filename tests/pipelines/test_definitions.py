"""When Dagster runs what: jobs, schedules in the campus's time, one process for each run."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines.campus import SITE_VARIABLE
from pipelines.definitions import build_definitions
from pipelines.errors import Misconfigured
from pipelines.paths import ROOT
from tests.assets.small_site import small_site, whole_location

VALIDATES = "from pipelines.definitions import definitions; import dagster as dg; dg.Definitions.validate_loadable(definitions())"


def loaded(code: str, site: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A process of its own, in which every warning is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PATH": "", "PYTHONPATH": str(ROOT), SITE_VARIABLE: str(site), "HOME": str(cwd)},
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def test_the_code_location_loads_from_anywhere_without_a_warning(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    done = loaded(VALIDATES, Path(site.file), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["campus.yml", "data"]


def test_a_warning_would_have_been_an_error(tmp_path: Path) -> None:
    """The negative control: a deprecated name of Dagster's does not pass."""
    done = loaded("import dagster as dg; dg.AutoMaterializePolicy.eager()", tmp_path, tmp_path)
    assert done.returncode == 1
    assert "DeprecationWarning" in done.stderr


@pytest.fixture(scope="module")
def japanese(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    lines = {"timezone": "Asia/Tokyo", "schedules": {"nightly": "15 1 * * *"}}
    return build_definitions(small_site(tmp_path_factory.mktemp("site"), **lines))


def schedules(definitions: dg.Definitions) -> dict[str, tuple[str, str | None]]:
    found = definitions.get_repository_def().schedule_defs
    return {schedule.job_name: (str(schedule.cron_schedule), schedule.execution_timezone) for schedule in found}


def test_schedules_are_in_the_campus_s_time() -> None:
    assert schedules(whole_location()) == {
        "nightly": ("30 2 * * *", "Asia/Shanghai"),
        "termly": ("0 4 1 3,9 *", "Asia/Shanghai"),
    }


def test_a_site_file_sets_its_own_times(japanese: dg.Definitions) -> None:
    assert schedules(japanese) == {
        "nightly": ("15 1 * * *", "Asia/Tokyo"),
        "termly": ("0 4 1 3,9 *", "Asia/Tokyo"),
    }


@pytest.mark.parametrize("cron", ["every night", "99 99 * * *"])
def test_a_time_that_no_clock_has_is_told_in_one_line(tmp_path: Path, cron: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        build_definitions(small_site(tmp_path, schedules={"termly": cron}))
    assert (
        str(caught.value)
        == f"schedules.termly: {cron!r} is not a cron line such as 30 2 * * * — mend it in the site file"
    )


@pytest.mark.parametrize("name", ["nightly", "termly"])
def test_a_job_makes_every_asset_in_one_process_and_notes_failures(name: str) -> None:
    definitions = whole_location()
    job = definitions.resolve_job_def(name)
    assert set(job.asset_layer.executable_asset_keys) == {spec.key for spec in definitions.resolve_all_asset_specs()}
    assert job.executor_def.name == "in_process"
    assert [hook.name for hook in job.hook_defs] == ["note_failure"]
    assert job.description


def test_the_sensor_asks_for_the_nightly_job_and_says_what_it_does() -> None:
    (sensor,) = whole_location().get_repository_def().sensor_defs
    assert (sensor.name, sensor.job_name) == ("landing", "nightly")
    assert sensor.description


def test_dagster_s_own_settings_keep_everything_below_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with dg.DagsterInstance.from_config(str(ROOT)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_settings("concurrency")["runs"] == {"max_concurrent_runs": 1}
        assert instance.get_settings("run_retries")["retry_on_asset_or_op_failure"] is False
        assert instance.run_monitoring_enabled
        instance.create_run_for_job(dg.GraphDefinition("empty").to_job())
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")] == ["data/dagster"]
