"""What lies in the landing folder, and the sensor that sees a new export arrive.

It only looks at names, sizes and times; whether a file is fit to load is decided at the door
(:mod:`pipelines.receiving.receive`).
"""

import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.receiving.receive import is_taken, landed, name_within, printable
from pipelines.site import Site

SETTLED_AFTER_SECONDS = 30
"""A file younger than this may still be on its way."""

_NAMED = 5


def landing_sensor(site: Site, job: Any) -> dg.SensorDefinition:
    """Asks for a run when the landing folder holds exports that it did not hold before."""

    @dg.sensor(
        name="landing",
        job=job,
        description="Asks for a run when new exports have come to rest in the landing folder.",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        files = waiting(site)
        if not files:
            return dg.SkipReason("no export is waiting")
        if any(_is_young(file) for file in files):
            return dg.SkipReason("an export is still arriving")
        marks = [mark(file) for file in files]
        # A run takes files away one after the other: what it leaves behind is no reason for another.
        if set(marks) <= set((context.cursor or "").split()):
            return dg.SkipReason("no export is new since a run was last asked for")
        context.update_cursor(" ".join(marks))
        return dg.RunRequest(run_key=digest(marks))

    return landing


def waiting(site: Site) -> list[Path]:
    """Every file in the landing folder that some source asks for."""
    return sorted({path for source in site.every_source() for path in landed(site.campus, source)})


def unread(site: Site) -> list[str]:
    """A line that says how many files of the landing folder no source reads; none where all are read."""
    landing, asked = site.campus.landing, set(waiting(site))
    left = sorted(path for path in landing.rglob("*") if path not in asked and is_taken(path, landing))
    if not left:
        return []
    names = "、".join(printable(name_within(path, landing)) for path in left[:_NAMED])
    more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    return [
        f"landing folder: no source reads {names}{more} — mend files under sources, or take what is not an export away"
    ]


def _is_young(file: Path) -> bool:
    """Whether a file was written just now; one of the future has a wrong clock, and tells nothing."""
    return 0 <= time.time() - file.stat().st_mtime < SETTLED_AFTER_SECONDS


def mark(file: Path) -> str:
    """Changes when a file is changed; says nothing about what its name is."""
    seen = file.stat()
    return digest([repr(str(file)), str(seen.st_size), str(seen.st_mtime_ns)])


def digest(words: list[str]) -> str:
    return sha256("|".join(words).encode()).hexdigest()[:16]
