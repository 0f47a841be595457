"""A month without gates is not measured all the way to the college's page, and nowhere a zero."""

from pathlib import Path

import pytest

from tests.line.sites import Line, Whole, short_history

GATE_MEASURES = ("visit_days_mean", "visit_reach_rate", "dwell_hours_mean")
TOLD = "select value, not_measured from report.indicator where indicator = ? and term = '2025-2026-2'"


def values(line: Line, measure: str) -> list[tuple[float | None, str | None]]:
    return line.rows_of(TOLD.replace("?", f"'{measure}'"))


def mentions(line: Line) -> int:
    """How often the pages say that something was not measured."""
    pages = line.campus.reports.glob("*/*/college.en.html")
    return sum(path.read_text(encoding="utf-8").count("not measured") for path in pages)


def is_told(found: list[tuple[float | None, str | None]]) -> bool:
    """Whether a measure stands for most colleges, and for the others is withheld and not unmeasured."""
    values = [value for value, _ in found if value is not None]
    return all(why is None for _, why in found) and 2 * len(values) > len(found)


def test_a_month_without_gates_is_told_as_such(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = whole.untouched(tmp_path / "outage")
    whole.send(line, [name for name in whole.files() if not ("gate/" in name and "2026-04" in name)])
    with short_history(monkeypatch):
        assert line.run().success
    for measure in GATE_MEASURES:
        assert {(value, str(why)[:5]) for value, why in values(line, measure)} == {(None, "gate:")}
    assert is_told(values(line, "loans_mean"))
    assert mentions(line) > mentions(whole.line)
    months = line.rows_of("select is_measured from ref.coverage_month where feed = 'gate' and month = '2026-04-01'")
    assert months == [(False,)]


def test_with_every_month_the_same_measures_are_there(whole: Whole) -> None:
    """The negative control."""
    for measure in GATE_MEASURES[:2]:
        assert is_told(values(whole.line, measure))
