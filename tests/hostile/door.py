"""What the tests of hostile files share: a line with one gate, read without a child; memory; a person without root's rights.

The small campus itself is that of the tests of the way in (:mod:`tests.pipelines.landing`).
"""

import ctypes
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines import exports
from pipelines.forgetting import redaction
from pipelines.portraying import past
from pipelines.receiving import replay
from pipelines.receiving.parse import parse
from pipelines.receiving.reader import Read
from tests.line.sites import Line, small
from tests.pipelines.landing import GATE

MB = 1 << 20
PASSAGES = "card,at\n0042,2025-09-08 08:00:00\n0043,2025-09-08 08:01:00\n"
PASSED = "select count(*) from raw.gate_event"


def gate_line(folder: Path, **lines: object) -> Line:
    """A whole line whose one source is a gate."""
    return small(folder / "site", {"gate": {**GATE, **lines}})


def take_in(line: Line) -> tuple[int, int, list[str]]:
    """Files and rows that came in at the gate, and what was refused."""
    intake = line.take_in("gate_event", is_judged=False)
    return intake.files, intake.rows, intake.refusals


@contextmanager
def childless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read files without a child, which takes a second to start."""

    @contextmanager
    def readers(number: int) -> Iterator[Read]:
        yield lambda job, seconds: parse(job)

    with monkeypatch.context() as patched:
        for module in (exports, past, redaction, replay):
            patched.setattr(module, "readers", readers)
        yield


def growth(work: Callable[[], object], process: str = "self") -> int:
    """By how many bytes a process was larger, at its largest, than before."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="utf-8")
    before = peak(process)
    work()
    return peak(process) - before


def peak(process: str = "self") -> int:
    """The most memory that a process has held, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) << 10


def obey_modes() -> None:
    """Before a process starts: give up what lets root read where modes forbid it."""
    if os.geteuid() == 0:
        drop, override, search = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        for capability in (override, search):
            if ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0):
                os._exit(99)
