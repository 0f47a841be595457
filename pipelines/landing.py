"""The sensor that sees a new export arrive.

It only looks at names, sizes and times; whether a file is fit to load is decided at the door
(:mod:`pipelines.receive`).
"""

import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.receive import landed
from pipelines.site import Site, contracts

SETTLED_AFTER_SECONDS = 30
"""A file younger than this may still be on its way."""


def landing_sensor(site: Site, job: Any) -> dg.SensorDefinition:
    """Asks for a run when the landing folder holds exports that it did not hold before."""

    @dg.sensor(name="landing", job=job, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
    def landing(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Look for exports that have come to rest in the landing folder."""
        files = waiting(site)
        if not files:
            return dg.SkipReason("no export is waiting")
        if any(time.time() - file.stat().st_mtime < SETTLED_AFTER_SECONDS for file in files):
            return dg.SkipReason("an export is still arriving")
        return dg.RunRequest(run_key=fingerprint(files))

    return landing


def waiting(site: Site) -> list[Path]:
    """Every file in the landing folder that some source asks for."""
    sources = [source for feed in contracts() for source in site.sources(feed)]
    return sorted({path for source in sources for path in landed(site.campus, source)})


def fingerprint(files: list[Path]) -> str:
    """Changes when a file is added, changed or taken away; says nothing about what the names are."""
    seen = "\n".join(f"{file}|{file.stat().st_size}|{file.stat().st_mtime_ns}" for file in files)
    return sha256(seen.encode()).hexdigest()[:16]
