"""By what it is known that a preset has changed since a file was read."""

from typing import Any

import pytest

from pipelines.receiving.ledger import preset_digest
from pipelines.receiving.presets import Source

ZONE = "Asia/Shanghai"
LINES: dict[str, Any] = {
    "name": "gate",
    "feed": "gate_event",
    "files": "gate/*.csv",
    "columns": {"building": {"value": "Main"}, "passed_at": {"from": "at", "formats": ["%Y/%m/%d", "%d/%m/%Y"]}},
}


class LaterSource(Source):
    """A source in a version of the program that knows a line more."""

    a_new_line: int = 0


def test_a_line_that_a_later_version_knows_changes_nothing_until_it_is_used() -> None:
    known = preset_digest(Source.model_validate(LINES), ZONE)
    assert preset_digest(LaterSource.model_validate(LINES), ZONE) == known
    assert preset_digest(LaterSource.model_validate({**LINES, "a_new_line": 1}), ZONE) != known


def test_the_order_of_columns_changes_nothing() -> None:
    turned = {**LINES, "columns": dict(reversed(LINES["columns"].items()))}
    assert preset_digest(Source.model_validate(turned), ZONE) == preset_digest(Source.model_validate(LINES), ZONE)


@pytest.mark.parametrize(
    ("lines", "zone"),
    [
        ({}, "Europe/Paris"),
        ({"feed": "visit_summary"}, ZONE),
        ({"columns": {**LINES["columns"], "passed_at": {"from": "at", "formats": ["%d/%m/%Y", "%Y/%m/%d"]}}}, ZONE),
    ],
)
def test_the_zone_the_feed_and_the_order_of_formats_count(lines: dict[str, Any], zone: str) -> None:
    changed = Source.model_validate({**LINES, **lines})
    assert preset_digest(changed, zone) != preset_digest(Source.model_validate(LINES), ZONE)
