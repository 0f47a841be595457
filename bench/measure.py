"""What a process and all that it starts use while it works: by the clock, of the processor, of memory, and of the disk.

A measured process prints a line of JSON after each step; what it and its children have used since the line before is
added here, as seen from outside.  Memory is looked at every twentieth of a second, as the sum over the processes.
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipelines.paths import ROOT

Step = dict[str, Any]
"""A step's name, its seconds, those of the processor, the highest memory and spill in MB, and what else it tells."""


class TooLarge(Exception):
    """A process has been ended because it held more memory than it may."""


class Watch(threading.Thread):
    """The highest memory of a process with its children, and of what it spills, since last asked."""

    def __init__(self, pid: int, spill: Path | None, limit_mb: float) -> None:
        super().__init__(daemon=True)
        self.pid, self.spill, self.limit_mb = pid, spill, limit_mb
        self.peak_mb = self.spill_mb = 0.0
        self.is_too_large = False
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.05):
            now_mb = resident_mb(self.pid)
            self.peak_mb = max(self.peak_mb, now_mb)
            self.spill_mb = max(self.spill_mb, size_mb(self.spill) if self.spill else 0.0)
            if now_mb > self.limit_mb and not self.is_too_large:
                self.is_too_large = True
                os.kill(self.pid, 9)

    def told(self) -> dict[str, float]:
        told = {"peak_mb": round(self.peak_mb), "spill_mb": round(self.spill_mb)}
        self.peak_mb = self.spill_mb = 0.0
        return told


def steps(
    script: str, *arguments: object, spill: Path | None = None, limit_mb: float = float("inf"), **environment: str
) -> list[Step]:
    """Every step that a script of this folder tells of, with what it used.

    Raises:
        TooLarge: it held more memory than it may.

    """
    command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
    found: list[Step] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | environment) as child:
        watch = Watch(child.pid, spill, limit_mb)
        watch.start()
        assert child.stdout is not None
        for line in child.stdout:
            found.append(json.loads(line) | watch.told())
        watch.is_over.set()
        watch.join()
    if watch.is_too_large:
        raise TooLarge
    assert child.returncode == 0, f"{script} {arguments}: {child.returncode}"
    return found


@contextmanager
def step(name: str, **facts: object) -> Iterator[dict[str, object]]:
    """Tell the seconds of the block, by the clock and of the processor, and the facts that it finds."""
    began, worked = time.perf_counter(), cpu_seconds()
    yield facts
    tell(name, time.perf_counter() - began, cpu_seconds() - worked, **facts)


def tell(name: str, seconds: float, cpu: float, **facts: object) -> None:
    print(json.dumps({"step": name, "seconds": round(seconds, 3), "cpu": round(cpu, 3), **facts}), flush=True)


def cpu_seconds() -> float:
    """What this process and its children have used, those that have ended and those that have not."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) + sum(map(_worked, _children(os.getpid())))


def resident_mb(pid: int) -> float:
    """The memory of a process and of those it has started."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    kilobytes = sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return kilobytes / 1024 + sum(map(resident_mb, _children(pid)))


def _worked(pid: int) -> float:
    """The seconds of the processor that a living process has used, with all that it has started."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(_worked, _children(pid)))


def _children(pid: int) -> list[int]:
    """Those that a process has started and that live; each is known to the thread that started it."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in thread.read_text(encoding="utf-8").split()]
    return found


def size_mb(folder: Path) -> float:
    """What lies in a folder and below it; files and folders may go while it is looked at."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).stat().st_size
    return total / 1e6
