"""One run of the whole line from a terminal: the same job that Dagster schedules, in this process."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dagster as dg

from pipelines.definitions import NIGHTLY, build_definitions
from pipelines.errors import Busy, KeyRefused, Misconfigured, Problem
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
    with contextlib.chdir(ROOT), history(site) as instance:
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
    """Where Dagster keeps what it did for this site."""
    if site.campus.data == ROOT / "data":
        os.environ["DAGSTER_HOME"] = str(ROOT)
        with dg.DagsterInstance.get() as instance:
            yield instance
    else:
        site.campus.dagster.mkdir(parents=True, exist_ok=True)
        with dg.DagsterInstance.local_temp(
            str(site.campus.dagster), overrides={"telemetry": {"enabled": False}}
        ) as instance:
            yield instance


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
    codes = {kind.__name__: kind.exit_code for kind in (Misconfigured, Busy, KeyRefused)}
    for event in result.get_step_failure_events():
        failure = event.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.description:
            yield failure.user_failure_data.description, Problem.exit_code
            continue
        error = failure.error
        while error and error.cause:
            error = error.cause
        if error:
            yield (
                error.message.partition(": ")[2].strip() or error.message,
                codes.get(error.cls_name or "", Problem.exit_code),
            )
