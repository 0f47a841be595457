"""One run of the whole line from a terminal: the same job that Dagster schedules, in this process."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipelines.campus import Campus
from pipelines.definitions import NIGHTLY, build_definitions
from pipelines.errors import Problem
from pipelines.paths import ROOT
from pipelines.site import Site
from pipelines.upkeep import PROCESS_TAG, reap, this_process

Progress = Callable[[str, int, int], None]
"""Called with the asset that has just been made, how many are made, and how many there are."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    success: bool
    problems: tuple[str, ...]
    """A line for each thing that is not right."""
    exit_code: int


def run(site: Site, progress: Progress) -> Outcome:
    """Take in what is new and make everything that depends on it."""
    with history(site) as instance:
        reap(instance, only_named=True)
        job = build_definitions(site).resolve_job_def(NIGHTLY)
        watched = job.with_hooks({*job.hook_defs, _told(progress, len(job.graph.nodes))})
        result = watched.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags={PROCESS_TAG: this_process()},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        problems = dict(_problems(result))
        return Outcome(result.success, tuple(problems), 0 if result.success else max(problems.values(), default=1))


@contextlib.contextmanager
def history(site: Site) -> Iterator[dg.DagsterInstance]:
    """Where Dagster keeps what it did for this site, wherever the command was given."""
    with contextlib.chdir(ROOT), _unhurried_disk(), _an_engine_for_each_file(), _instance(site.campus) as instance:
        yield instance


@contextlib.contextmanager
def _unhurried_disk() -> Iterator[None]:
    """Let SQLite write its log without waiting for the disk at every event, which is a third of a small run.

    Dagster opens and closes the history for every event, and whoever closes last tidies the log into the file, which waits
    for the disk; so each file is held open once more until the end.  The history stays whole whatever happens; a power cut
    may cost its last events, and no data.
    """
    held: dict[str, sqlite3.Connection] = {}

    def unhurried(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        ((_, _, file),) = connection.execute("pragma database_list").fetchall()
        if file:
            held[file] = held.get(file) or sqlite3.connect(file, check_same_thread=False)
            held[file].execute(
                "select count(*) from sqlite_master"
            ).fetchall()  # only a reader counts as one who is there

    event.listen(Engine, "connect", unhurried)
    try:
        yield
    finally:
        event.remove(Engine, "connect", unhurried)
        for connection in held.values():
            connection.close()


@contextlib.contextmanager
def _an_engine_for_each_file() -> Iterator[None]:
    """Let Dagster's history keep the engine of each file, and with it the statements that it has compiled.

    It makes one for every event, and compiles anew what the one before knew: two fifths of what an asset costs by itself.
    """
    storage: Any = sqlite_event_log
    make, kept = storage.create_engine, dict[str, Engine]()

    def engine(file: str, **options: Any) -> Engine:
        kept[file] = kept.get(file) or make(file, **options)
        return kept[file]

    storage.create_engine = engine
    try:
        yield
    finally:
        storage.create_engine = make


def _instance(campus: Campus) -> dg.DagsterInstance:
    if campus.data == ROOT / "data":
        return dg.DagsterInstance.from_config(str(ROOT))
    try:
        campus.dagster.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{campus.dagster}: cannot be made — {error.strerror}; check who owns the data folder and whether it is read-only"
        ) from error
    return dg.DagsterInstance.local_temp(str(campus.dagster), overrides={"telemetry": {"enabled": False}})


def _told(progress: Progress, total: int) -> dg.HookDefinition:
    made = 0

    @dg.success_hook(name="tell_progress")
    def tell(context: dg.HookContext) -> None:
        nonlocal made
        made += 1
        progress(context.op.name.replace("__", "."), made, total)

    return tell


def _problems(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, int]]:
    """What each failed asset says, and the exit code that its kind of problem has."""
    failures = result.get_step_failure_events()
    for failed in failures:
        failure = failed.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.description:
            yield failure.user_failure_data.description, Problem.exit_code
        elif failure.error:
            yield _told_of(failure.error, str(failed.step_key).replace("__", "."))
    for failed in [] if failures else result.filter_events(lambda any_event: any_event.is_failure):
        # No asset was reached: the warehouse is held by another run, or cannot be opened.
        if failed.job_failure_data.error:
            yield _told_of(failed.job_failure_data.error, "run")


def _told_of(error: Any, where: str) -> tuple[str, int]:
    """A problem's own line; of any other error the kind alone, because its words may hold a reader's data."""
    ours: list[type[Problem]] = [Problem, *Problem.__subclasses__()]
    codes, kind = {kind.__name__: kind.exit_code for kind in ours}, "an error"
    while error:
        kind = error.cls_name or kind
        if kind in codes:
            return error.message.partition(": ")[2].strip(), codes[kind]
        error = error.cause
    return f"{where}: stopped by {kind}, a fault of the program itself — `make dev` shows the run", Problem.exit_code
