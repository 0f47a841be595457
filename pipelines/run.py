"""One run of the whole line from a terminal: the same job that Dagster schedules, in this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pipelines.definitions import NIGHTLY, build_definitions
from pipelines.errors import Problem
from pipelines.exports import EVERY_FILE
from pipelines.history import history
from pipelines.keeping import generations
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
    remarks: tuple[str, ...] = ()
    """A line for each thing that was taken in and yet deserves a look."""
    told: tuple[str, ...] = ()
    """What was taken in, and what is published; nothing where the run got nowhere."""


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
        is_well, made = result.success and not problems, _made(result)
        return Outcome(
            is_well,
            tuple(problems),
            0 if is_well else max(problems.values(), default=1),
            tuple(line for told in made for line in told.get("remarks", ())),
            (*_let_go(made), _taken_in(made), _published(made, site)) if made else (),
        )


def _told(progress: Progress, total: int) -> dg.HookDefinition:
    made = 0

    @dg.success_hook(name="tell_progress")
    def tell(context: dg.HookContext) -> None:
        nonlocal made
        made += 1
        progress(context.op.name.replace("__", "."), made, total)

    return tell


def _made(result: dg.ExecuteInProcessResult) -> list[dict[str, Any]]:
    """The figures that each asset gives of what was made of it."""
    events = result.filter_events(lambda any_event: any_event.is_step_materialization)
    told = [event.step_materialization_data.materialization.metadata for event in events]
    return [{name: entry.value for name, entry in figures.items()} for figures in told]


def _let_go(made: list[dict[str, Any]]) -> list[str]:
    rows = sum(told.get("let_go", 0) for told in made)
    return [f"let go, past their time: {rows:,} rows"] if rows else []


def _taken_in(made: list[dict[str, Any]]) -> str:
    files, rows, rejected, withdrawn = (
        sum(told.get(figure, 0) for told in made) for figure in ("new_files", "new_rows", "rejected", "withdrawn")
    )
    if not files:
        return "no new export taken in"
    replaced = f", in place of {withdrawn:,} of earlier files" if withdrawn else ""
    return f"{files:,} {'export' if files == 1 else 'exports'} taken in: {rows:,} rows{replaced}, {rejected:,} records rejected"


def _published(made: list[dict[str, Any]], site: Site) -> str:
    now = generations.current(site.campus.published)
    published = next((told["is_new"] for told in made if "generation" in told), None)
    if now is None:
        return "nothing is published yet"
    if published is None:
        return f"nothing new is published, readers keep {now}"
    return f"published: {now}" if published else f"published, with nothing new to tell: {now}"


def _problems(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, int]]:
    """What each failed asset says, and the exit code that its kind of problem has; and which files stay outside."""
    for check in result.get_asset_check_evaluations():
        if check.check_name == EVERY_FILE:
            refused: Any = check.metadata["refused"].value
            yield from ((line, Problem.exit_code) for line in refused)
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
