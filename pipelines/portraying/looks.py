"""Who looked at what the library knows of a single reader, when, and what for: a line for each look, added and never changed.

    {"at": "2026-11-28T09:14:03+08:00", "by": "li", "what": "portrait", "reader": "3f2a09c1d4e5b6a7", "reason": "asked at the desk"}

A look is noted before anything is shown.  The reader is told by a fingerprint of the pseudonym: it is found again for
whoever asks who looked at them, and once they are erased it leads nowhere without the site's key.
"""

import datetime as dt
import getpass
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.campus import Campus
from pipelines.errors import Misconfigured, Problem

_DIGITS = 16


@dataclass(frozen=True)
class Look:
    """One look at a single reader."""

    at: str
    by: str
    """The account on this machine."""
    what: str
    """The command."""
    reader: str
    reason: str


def note(campus: Campus, what: str, patron_key: str, reason: str | None) -> None:
    """Note that somebody is about to see what is known of a reader.

    Raises:
        Misconfigured: nobody said what for.
        Problem: it cannot be noted, so nothing may be shown.

    """
    if not (reason and reason.strip()):
        raise Misconfigured(
            'what is known of a single reader is shown for a reason: add --reason "…", which is noted with your name'
        )
    at = dt.datetime.now(ZoneInfo(campus.timezone)).isoformat(timespec="seconds")
    look = Look(at, _account(), what, sha256(patron_key.encode()).hexdigest()[:_DIGITS], " ".join(reason.split()))
    line = json.dumps(asdict(look), ensure_ascii=False).encode() + b"\n"
    try:
        handle = os.open(log_of(campus), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Problem(f"{log_of(campus)}: the look cannot be noted ({error.strerror}), so nothing is shown") from error


def looks(campus: Campus) -> Iterator[Look]:
    """Every look that was noted, in order.

    Raises:
        Problem: a line was changed by hand, or cut short by a full disk.

    """
    if not log_of(campus).exists():
        return
    for number, line in enumerate(log_of(campus).read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield Look(**json.loads(line))
        except (ValueError, TypeError):
            raise Problem(
                f"{log_of(campus)}:{number}: is no look — put back the line from a backup, or take it out"
            ) from None


def _account() -> str:
    """Who is at work; in a container it may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def of_a_year(campus: Campus, today: dt.date) -> int:
    """How many there were in the twelve months before a day."""
    begun = (today - dt.timedelta(days=365)).isoformat()
    return sum(look.at >= begun for look in looks(campus))


def log_of(campus: Campus) -> Path:
    """Where looks are noted."""
    return campus.data / "looks.jsonl"
