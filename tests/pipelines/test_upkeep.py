"""What is noted of a failure, and which abandoned runs are ended."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.errors import Misconfigured
from pipelines.site import Site
from pipelines.upkeep import FAILURES, PROCESS_TAG, note_failure, reap, this_process
from tests.assets.small_site import small_site

NUMBER = "2023010199张三"
SLEEPS = "from pipelines.upkeep import this_process; import time; print(this_process(), flush=True); time.sleep(60)"


@dg.asset
def misread() -> None:
    duckdb.execute("select cast(? as integer)", [NUMBER])


@dg.asset
def refused() -> None:
    raise dg.Failure("gate/a.csv: heading at is missing — export it again", allow_retries=False)


@dg.asset
def misconfigured() -> None:
    raise Misconfigured("campus.yml: names no source — name one")


def failed(site: Site, asset: dg.AssetsDefinition) -> tuple[list[dict[str, str]], str]:
    """The lines of the failure log, and all that Dagster itself knows of the error."""
    job = dg.define_asset_job("line", dg.AssetSelection.all(), hooks={note_failure})
    definitions = dg.Definitions(assets=[asset], jobs=[job], resources={"site": site})
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("line").execute_in_process(raise_on_error=False, instance=instance)
    (event,) = result.get_step_failure_events()
    log = (site.campus.dagster / FAILURES).read_text(encoding="utf-8")
    return [json.loads(line) for line in log.splitlines()], str(event.step_failure_data.error)


def test_a_database_s_words_are_not_noted_because_they_hold_a_cell(tmp_path: Path) -> None:
    (entry,), whole = failed(small_site(tmp_path), misread)
    assert entry["line"] == "ConversionException"
    assert entry["step"] == "misread"
    assert NUMBER not in json.dumps(entry, ensure_ascii=False)
    assert NUMBER in whole, "the negative control: the error itself does hold it"


@pytest.mark.parametrize(
    ("asset", "line"),
    [
        (refused, "gate/a.csv: heading at is missing — export it again"),
        (misconfigured, "campus.yml: names no source — name one"),
    ],
)
def test_our_own_words_are_noted_as_they_are(tmp_path: Path, asset: dg.AssetsDefinition, line: str) -> None:
    (entry,), _ = failed(small_site(tmp_path), asset)
    assert entry["line"] == line
    assert set(entry) == {"at", "run", "step", "line"}


def test_each_failure_adds_a_line(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    failed(site, misread)
    entries, _ = failed(site, refused)
    assert [entry["step"] for entry in entries] == ["misread", "refused"]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides={"telemetry": {"enabled": False}}) as instance:
        yield instance


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process, and the name it gives itself."""
    with subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()
        process.kill()


def begun(instance: dg.DagsterInstance, process: str | None, status: dg.DagsterRunStatus) -> str:
    tags = {PROCESS_TAG: process} if process else {}
    run = dg.DagsterRun(job_name="nightly", run_id=str(uuid.uuid4()), status=status, tags=tags)
    return instance.add_run(run).run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status


def test_a_run_whose_process_lives_is_left_until_it_is_killed(instance, other) -> None:
    process, name = other
    run_id = begun(instance, name, dg.DagsterRunStatus.STARTED)
    assert reap(instance, only_named=False) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but nobody has collected it yet
    assert Path(f"/proc/{process.pid}").exists()
    assert reap(instance, only_named=True) == [run_id]
    assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE


def test_a_number_that_another_process_has_taken_is_no_sign_of_life(instance) -> None:
    number, _, began = this_process().partition(" ")
    run_id = begun(instance, f"{number} {began}0", dg.DagsterRunStatus.STARTED)
    assert reap(instance, only_named=True) == [run_id]


def test_a_run_that_names_no_process_is_ended_only_while_no_service_runs(instance) -> None:
    run_id = begun(instance, None, dg.DagsterRunStatus.STARTED)
    assert reap(instance, only_named=True) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED
    assert reap(instance, only_named=False) == [run_id]
    assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize(
    "done", [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.NOT_STARTED]
)
def test_what_is_done_or_has_not_begun_is_left(instance, done: dg.DagsterRunStatus) -> None:
    begun(instance, None, done)
    assert reap(instance, only_named=False) == []


def test_an_ended_run_gives_back_its_place_in_the_queue(instance) -> None:
    run_id, storage = begun(instance, None, dg.DagsterRunStatus.STARTED), instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("writer")
    storage.set_concurrency_slots("writer", 1)
    assert storage.claim_concurrency_slot("writer", run_id, "step").is_claimed
    assert storage.get_concurrency_info("writer").active_slot_count == 1
    reap(instance, only_named=False)
    assert storage.get_concurrency_info("writer").active_slot_count == 0
