"""What can go wrong that a person can mend: each problem is one line saying what, where, and what to do.

The exit code of a problem is what ``mingyuan`` returns to a script.  Faults of our own are not
problems and keep their traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class Problem(Exception):
    """Something the person at the keyboard can mend."""

    exit_code: ClassVar[int] = 1


class Misconfigured(Problem):
    """A site file, preset, model or option that does not say what it must."""

    exit_code = 2


class Busy(Problem):
    """Another run holds the warehouse."""

    exit_code = 3


class KeyRefused(Problem):
    """The key file is missing, open to others, or not the key this warehouse was made with."""

    exit_code = 4


class Refused(Problem):
    """A landing file that cannot be taken in as it is."""


@contextmanager
def of_the_disk(place: object, then: str) -> Iterator[None]:
    """What the disk does not grant, as a problem; ``place`` stands in where the system names no file.

    Raises:
        Problem: it is full, or something may not be read or written.

    """
    try:
        yield
    except OSError as error:
        raise Problem(
            f"{error.filename or place}: {error.strerror} — check the disk and who owns the data folder, then {then}: no file is lost"
        ) from error
