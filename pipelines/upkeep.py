"""What keeps Dagster honest after things go wrong: a note of each failure, and an end to runs that nobody runs.

After a power loss a run stays "started" for ever and holds the only place in the queue.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.errors import Problem

PROCESS_TAG = "mingyuan/process"
FAILURES = "failures.jsonl"

_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


@dg.failure_hook(required_resource_keys={"site"})
def note_failure(context: dg.HookContext) -> None:
    """Add a line to the failure log that `mingyuan status` shows."""
    error = context.op_exception
    site: Any = context.resources.site
    # Only our own messages are known to hold no reader's data.
    line = (
        str(getattr(error, "description", None) or error)
        if isinstance(error, dg.Failure | Problem)
        else type(error).__name__
    )
    folder: Path = site.campus.dagster
    folder.mkdir(parents=True, exist_ok=True)
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "run": context.run_id,
        "step": context.step_key,
        "line": line,
    }
    with (folder / FAILURES).open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")


def this_process() -> str:
    """A name for this process that no later one can have, even if it gets the same number."""
    return f"{os.getpid()} {_started(os.getpid())}"


def reap(instance: dg.DagsterInstance, only_named: bool) -> list[str]:
    """End every unfinished run whose process is gone, and free what it held.

    Args:
        instance: the history to look through.
        only_named: leave runs alone that do not say which process runs them, as those that a
            running Dagster service has started.

    """
    reaped = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if (process is None and only_named) or (process is not None and _is_alive(process)):
            continue
        instance.report_run_failed(run, "its process is gone: the machine or the service was stopped")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        reaped.append(run.run_id)
    return reaped


def _is_alive(process: str) -> bool:
    pid, _, started = process.partition(" ")
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks since it booted, with the boot itself; empty if there is none."""
    stat, boot = Path(f"/proc/{pid}/stat"), Path("/proc/sys/kernel/random/boot_id")
    if not stat.exists():
        return ""
    state, *fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    if state == "Z":  # killed, and only its number is left; a container without an init process keeps it for ever
        return ""
    return f"{boot.read_text(encoding='utf-8').strip()}:{fields[18]}"
