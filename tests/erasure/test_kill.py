"""Stopped before any of its steps, an erasure is told of, lets nobody back in, and is finished by the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines import warehouse
from pipelines.commands import status
from pipelines.forgetting import erasure
from pipelines.keeping import vault
from pipelines.paths import ROOT
from tests.erasure.library import CANARIES, NUMBER, erase, exports, put, taken_in
from tests.erasure.scan import found_anywhere
from tests.hostile.door import childless
from tests.line.sites import Line

STEPS: dict[str, tuple[Any, str, int]] = {
    "the third original": (vault.Vault, "seal_original", 3),
    "the run": (erasure, "run", 1),
    "the new file is in place": (warehouse.generations, "sync", 1),
    "the files": (erasure, "take_away", 1),
    "the end": (erasure, "_finish", 1),
}
"""Before what it is stopped: what is called then, and for which time."""
KILLED = ("the third original", "the new file is in place")
FATAL = "import sys; from tests.erasure.test_kill import killed; killed(*sys.argv[1:])"
UNFINISHED = "select count(*) from ledger.erasure where finished_at is null"


class Stopped(BaseException):
    """In place of a signal, where a process of its own would take too long."""


def stop_before(step: str, patch: pytest.MonkeyPatch, stop: Any) -> None:
    owner, name, time = STEPS[step]
    calls, once = [], getattr(owner, name)

    def called(*given: Any) -> Any:
        calls.append(name)
        if len(calls) == time:
            stop()
        return once(*given)

    patch.setattr(owner, name, called)


def killed(folder: str, step: str) -> None:
    """The work of a process that does not live to its end."""
    line = Line(Path(folder))
    with pytest.MonkeyPatch.context() as patch, childless(patch):
        patch.setattr(erasure, "run", lambda site, progress: taken_in(line))
        stop_before(step, patch, lambda: os.kill(os.getpid(), signal.SIGKILL))
        erase(line)


def is_told(line: Line) -> bool:
    return "Readers who are not erased to the end" in {str(table.title) for table in status.status_tables(line.site)}


@pytest.mark.parametrize("step", [step for step in STEPS if step not in KILLED])
def test_stopped_before_a_step_it_lets_nobody_in_and_is_finished_later(
    line: Line, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def stop() -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        stop_before(step, patch, stop)
        with pytest.raises(Stopped):
            erase(line)
    assert line.rows_of(UNFINISHED) != [(0,)]
    put(line, exports())
    taken_in(line)
    assert line.rows_of("select count(*) from raw.enrolment") == [(11,)], "a run meanwhile takes nobody in"
    erase(line)
    assert line.rows_of(UNFINISHED) == [(0,)]
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()


def test_killed_again_and_again_it_is_finished_by_the_last(line: Line, tmp_path: Path) -> None:
    for step in KILLED:
        words = [sys.executable, "-c", FATAL, str(line.folder), step]
        assert subprocess.run(words, cwd=ROOT, check=False).returncode == -signal.SIGKILL
        assert line.rows_of(UNFINISHED) != [(0,)]
    assert is_told(line)
    erase(line)
    assert not is_told(line)
    assert line.rows_of(UNFINISHED) == [(0,)]
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()
    assert erasure.find(line.site, NUMBER).finished_at is not None
