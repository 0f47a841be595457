"""The parent's hold on the child that reads files: one at a time, for as long as it behaves.

Starting the child costs most of a second, so one serves many files, of one feed after the other.  A
child that dies, takes too long or has read a large file is replaced, and only the file it died of is
refused.  What the child does is :mod:`pipelines.receiving.parse`.
"""

import atexit
import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import LifoQueue
from types import TracebackType
from typing import IO, Self

from pipelines import paths
from pipelines.errors import Refused
from pipelines.receiving.parse import FAULT, Job, Outcome

Read = Callable[[Job, int], Outcome]
"""Reads a file in no more than so many seconds, or refuses it."""

LARGE_BYTES = 64 << 20
"""A child that has read a file of this size has used much of its memory, and does not get it all back."""

_ENVIRONMENT = {
    "PATH": "",
    "PYTHONUTF8": "1",
    "POLARS_MAX_THREADS": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
}
"""All that the child knows of its surroundings; each thread less leaves more of its memory to the file."""


class Reader:
    """A child process that reads files, started when the first one comes."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._memory_mb = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def read(self, job: Job, seconds: int) -> Outcome:
        """What the child makes of a file.

        Raises:
            Refused: the file is not fit, or the child died of it or took too long.

        """
        if job.memory_mb != self._memory_mb:
            self.stop()  # a limit can be lowered, and never raised
        child, self._memory_mb = self._child or self._start(), job.memory_mb
        answer = self._asked(child, job, seconds)
        if job.path.stat().st_size > LARGE_BYTES or "refused" in answer:
            self.stop()
        if "refused" in answer:
            raise Refused(answer["refused"])
        return Outcome.model_validate(answer["outcome"])

    @property
    def pid(self) -> int | None:
        """The child that reads now."""
        return self._child.pid if self._child else None

    def stop(self) -> None:
        """Let the child go."""
        if self._child is not None and self._complaints is not None:
            self._child.kill()
            self._child.communicate()
            self._complaints.close()
        self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        # A file rather than a pipe: nobody reads along, and a full pipe would stop the child.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 — closed when the child is let go
        self._child = subprocess.Popen(
            [sys.executable, "-m", "pipelines.receiving.parse"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=paths.ROOT,
            env=_ENVIRONMENT,
        )
        return self._child

    def _asked(self, child: subprocess.Popen[bytes], job: Job, seconds: int) -> dict[str, str]:
        """The child's answer; the key goes by its input, where no process list shows it."""
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(job.model_dump_json(by_alias=True).encode() + b"\n")
            child.stdin.flush()
            in_time = bool(select.select([child.stdout], [], [], seconds)[0])
            line = child.stdout.readline() if in_time else b""
        except BrokenPipeError:
            in_time, line = True, b""
        if line:
            answer: dict[str, str] = json.loads(line)
            return answer
        return {"refused": self._post_mortem(child, job) if in_time else _too_long(seconds)}

    def _post_mortem(self, child: subprocess.Popen[bytes], job: Job) -> str:
        code = child.wait()
        if code < 0:
            return f"stopped the parser (signal {-code}; it may use {job.memory_mb} MB) — raise parser_memory_mb or export fewer days"
        assert self._complaints is not None
        self._complaints.seek(0)
        return f"could not be read, which is a fault of ours ({_fault(self._complaints.read())}) — please report it"


_waiting: list[Reader] = []
"""Those that wait for the next feed."""


@contextmanager
def readers(number: int) -> Iterator[Read]:
    """So many children, for as many threads to read with; they stay for the next who asks, until this process ends."""
    everyone = [_waiting.pop(0) if _waiting else Reader() for _ in range(number)]
    idle: LifoQueue[Reader] = LifoQueue()
    for reader in everyone:
        idle.put(reader)

    def read(job: Job, seconds: int) -> Outcome:
        reader = idle.get()
        try:
            return reader.read(job, seconds)
        finally:
            idle.put(reader)

    try:
        yield read
    except BaseException:  # whatever ends the block, an interrupt too: a child may still be reading
        _let_go(everyone)
        raise
    _waiting.extend(everyone)


def _let_go(children: list[Reader]) -> None:
    for reader in children:
        reader.stop()


atexit.register(_let_go, _waiting)


def read_alone(job: Job, seconds: int) -> Outcome:
    """Read one file with a child of its own."""
    with Reader() as reader:
        return reader.read(job, seconds)


def _too_long(seconds: int) -> str:
    return f"took longer than {seconds} s to read — raise parser_seconds or export fewer days"


def _fault(complaints: bytes) -> str:
    """What the child says of its fault; any other line may hold a cell."""
    lines = complaints.decode(errors="replace").splitlines()
    told = [line.removeprefix(FAULT) for line in lines if line.startswith(FAULT)]
    return told[-1] if told else "it did not say which"
