"""What can be read off the result of one size."""

from collections.abc import Callable

from pipelines.engine import LAYERS_ON_SPARK
from pipelines.site import models

PUBLISHED = "published"
"""The floor's step that writes what analysts get."""

Told = dict
"""One result, as suite.py keeps it."""


def records(told: Told) -> int:
    """All records of all exports, as the floor has counted them."""
    return sum(step["rows"] for step in told["floor door"])


def spent(told: Told, *parts: str, what: str = "cpu", wanted: Callable[[str], bool] = lambda step: True) -> float:
    return sum(step[what] for part in parts for step in told.get(part, []) if wanted(step["step"]))


def peak(told: Told, *parts: str, wanted: Callable[[str], bool] = lambda step: True) -> int:
    return max(step["peak_mb"] for part in parts for step in told.get(part, []) if wanted(step["step"]))


def is_select(step: str) -> bool:
    return step in models() and models()[step].is_select


def is_feed(step: str) -> bool:
    return step.startswith("raw.")


def is_on_spark(step: str) -> bool:
    return is_select(step) and models()[step].layer in LAYERS_ON_SPARK


def night_records(told: Told) -> int:
    """What the last night has loaded."""
    after, before = (told[part][-1]["tables"] for part in ("night", "line"))
    return sum(after[table] - before[table] for table in after if is_feed(table))


def door(told: Told) -> float:
    """What the way in took, in runs of its own and in the last one."""
    return spent(told, "door", "line", wanted=is_feed)


def floor(told: Told) -> float:
    return spent(told, "floor door", "floor")


def is_not_published(step: str) -> bool:
    return step != PUBLISHED


def is_other(step: str) -> bool:
    return not is_select(step) and not is_feed(step)


def dagster(told: Told) -> float:
    (step,) = told["dagster"]
    return 1000 * step["cpu"] / step["assets"]
