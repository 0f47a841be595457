"""A site with one gate in a folder of its own, and the whole code location for it."""

from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from pipelines.definitions import build_definitions
from pipelines.site import Site
from pipelines.warehouse import Warehouse

GATE: dict[str, Any] = {
    "feed": "gate_event",
    "files": "gate/*.csv",
    "columns": {
        "patron_key": "card",
        "building": {"value": "Main"},
        "direction": {"from": "way", "map": {"in": "in", "out": "out", "up": "sideways"}},
        "passed_at": "at",
    },
}
PASSAGES = "card,way,at\n2023010199,in,2025-09-08 08:00:00\n2023010199,out,2025-09-08 11:00:00\n"


def small_site(folder: Path, sources: dict[str, Any] | None = None, **lines: Any) -> Site:
    """A site whose data lies in ``folder``; the gate is its only source unless others are given."""
    said = {"name": {"zh": "测试", "en": "Test"}, "sources": {"gate": GATE} if sources is None else sources, **lines}
    file = folder / "campus.yml"
    file.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    site = Site(file=str(file))
    site.campus.landing.mkdir(parents=True, exist_ok=True)
    return site


def put(site: Site, name: str, text: str = PASSAGES) -> Path:
    path = site.campus.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def warehouse_of(site: Site, wait_seconds: float = 5) -> Warehouse:
    return Warehouse(path=str(site.campus.warehouse), threads=1, wait_seconds=wait_seconds)


@cache
def whole_location() -> dg.Definitions:
    """Everything that Dagster runs for the demo campus, loaded once per session."""
    return build_definitions(Site.at())
