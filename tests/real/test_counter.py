"""The sample reports of COUNTER 5.1, as text and as JSON, and two of earlier releases, by presets alone.

What a report says is added up here from the raw files in plain Python, and held against the rows.
"""

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.errors import Refused
from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received
from tests.pipelines.landing import site
from tests.real.conftest import REAL

FOLDER = REAL / "counter_r51_samples"
FORMATS = REAL / "vendor_formats"
REPORTS = {
    "DRD1": "DR_D1",
    "DRD2": "DR_D2",
    "DR": "DR",
    "IRA1": "IR_A1",
    "IRM1": "IR_M1",
    "IR": "IR",
    "PRP1": "PR_P1",
    "PR": "PR",
    "TRB1": "TR_B1",
    "TRB2": "TR_B2",
    "TRB3": "TR_B3",
    "TRJ1": "TR_J1",
    "TRJ2": "TR_J2",
    "TRJ3": "TR_J3",
    "TRJ4": "TR_J4",
    "TR": "TR",
}
"""How a sample's file is named, and how the report calls itself."""

Sums = dict[tuple[str, str], int]
"""How much each metric has in each month."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the COUNTER samples are not on this machine")
needs_formats = pytest.mark.skipif(not FORMATS.is_dir(), reason="the vendors' formats are not on this machine")


def received(folder: Path, preset: str, path: Path, read: Read, **lines: Any) -> Received:
    """A report through the door, every record of it loaded."""
    campus = site(folder, preset, lines)
    told = campus.receive(path.name, path.read_bytes(), read)
    assert told.records == told.loaded + told.duplicates + told.rejected
    return told


def as_json(report: str) -> str:
    """The preset of a report as JSON: items nest one step deeper."""
    return "counter_r51_items_json" if report.startswith("IR") else "counter_r51_json"


def rows(told: Received) -> pl.DataFrame:
    return pl.read_parquet(told.rows_file)


def sums(frame: pl.DataFrame) -> Sums:
    added = frame.group_by("metric", "month").agg(pl.col("usage_count").sum()).rows()
    return {(metric, f"{month:%Y-%m}"): count for metric, month, count in added}


def table(path: Path, delimiter: str, first: str) -> list[dict[str, str]]:
    """The lines below the heading line, which begins with these words."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        every = list(csv.reader(file, delimiter=delimiter))
    start = next(number for number, line in enumerate(every) if line and line[0] == first)
    return [dict(zip(every[start], line, strict=True)) for line in every[start + 1 :]]


def months(line: dict[str, str]) -> dict[str, int]:
    """The cells of a line that stand under a month and hold something."""
    found = {}
    for heading, cell in line.items():
        if heading[3:4] == "-" and cell:
            found[datetime.strptime(heading, "%b-%Y").strftime("%Y-%m")] = int(cell)
    return found


def sums_of_text(path: Path) -> Sums:
    counted: Counter[tuple[str, str]] = Counter()
    first = {"D": "Database", "I": "Item", "P": "Platform", "T": "Title"}[path.name[0]]
    for line in table(path, "\t", first):
        counted.update({(line["Metric_Type"], month): count for month, count in months(line).items()})
    return dict(counted)


def sums_of_json(node: Any) -> Counter[tuple[str, str]]:
    """Whatever stands under Performance, however deep."""
    counted: Counter[tuple[str, str]] = Counter()
    inside = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    for below in inside:
        counted.update(sums_of_json(below))
    if isinstance(node, dict) and "Performance" in node:
        for metric, usage in node["Performance"].items():
            counted.update({(metric, month): count for month, count in usage.items()})
    return counted


def test_every_sample_is_tried() -> None:
    assert {path.name for path in FOLDER.glob("*_r51.*")} == {
        f"{name}_sample_r51.{kind}" for name in REPORTS for kind in ("tsv", "json")
    }


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_text_loses_nothing(name: str, tmp_path: Path, read: Read) -> None:
    path = FOLDER / f"{name}_sample_r51.tsv"
    told = received(tmp_path, "counter_r51_tsv", path, read)
    frame = rows(told)
    assert (told.records, told.duplicates, told.rejected) == (told.loaded, 0, 0)
    assert told.records == len(path.read_text(encoding="utf-8").splitlines()) - 15
    assert set(frame.select("report", "release").iter_rows()) == {(REPORTS[name], "5.1")}
    assert sums(frame) == sums_of_text(path)


@pytest.mark.parametrize("name", REPORTS)
def test_months_add_up_to_the_total_that_a_record_states(name: str, tmp_path: Path, read: Read) -> None:
    frame = rows(received(tmp_path, "counter_r51_tsv", FOLDER / f"{name}_sample_r51.tsv", read))
    added = frame.group_by("source_record").agg(pl.col("usage_count").sum(), pl.col("period_total").unique())
    assert added.height
    assert [[count] for count in added["usage_count"]] == added["period_total"].to_list()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_json_says_what_it_says_as_text(name: str, tmp_path: Path, read: Read) -> None:
    path = FOLDER / f"{name}_sample_r51.json"
    told = received(tmp_path, as_json(name), path, read)
    frame = rows(told)
    assert (told.records, told.duplicates, told.rejected) == (told.loaded, 0, 0)
    assert set(frame.select("report", "release").iter_rows()) == {(REPORTS[name], "5.1")}
    plain = dict(sums_of_json(json.loads(path.read_text(encoding="utf-8"))))
    assert sums(frame) == plain == sums_of_text(path.with_suffix(".tsv"))


@pytest.mark.parametrize("name", REPORTS)
def test_titles_kinds_and_ways_of_access_are_the_same_in_both(name: str, tmp_path: Path, read: Read) -> None:
    keys = ["platform", "title", "data_type", "access_type", "access_method", "metric"]
    found = []
    for preset, kind in (("counter_r51_tsv", "tsv"), (as_json(name), "json")):
        frame = rows(received(tmp_path, preset, FOLDER / f"{name}_sample_r51.{kind}", read))
        found.append(frame.group_by(keys).agg(pl.col("usage_count").sum()).sort(keys))
    assert found[0].equals(found[1])


def test_figures_that_differ_in_the_year_of_publication_alone_are_all_kept(tmp_path: Path, read: Read) -> None:
    path = FOLDER / "TRJ4_sample_r51.json"
    kept = received(tmp_path, "counter_r51_json", path, read)
    thinned = received(tmp_path, "counter_r51_json", path, read, duplicates="exact")
    assert (kept.rows, kept.duplicates) == (48, 0)
    assert (thinned.rows, thinned.duplicates) == (24, 24)


@needs_formats
def test_release_4_is_taken_without_its_line_of_totals(tmp_path: Path, read: Read) -> None:
    path = FORMATS / "counter_r4_JR1.csv"
    told = received(tmp_path, "counter_r4_csv", path, read)
    totals, *journals = table(path, ",", "Journal")
    assert (told.records, told.loaded, told.reasons) == (1 + len(journals), len(journals), {"footer": 1})
    frame = rows(told)
    assert set(frame.select("report", "release", "metric").iter_rows()) == {("JR1", "4", "ft_total")}
    assert sums(frame) == {("ft_total", month): count for month, count in months(totals).items()}
    assert sum(sums(frame).values()) == int(totals["Reporting Period Total"]) == 16
    twice = received(tmp_path, "counter_r4_csv", path, read, footer=None)
    assert rows(twice)["usage_count"].sum() == 32


@needs_formats
def test_release_5_with_empty_months_is_no_usage_told(tmp_path: Path, read: Read) -> None:
    path = FORMATS / "counter_r5_TR_J1.tsv"
    told = received(tmp_path, "counter_r5_tsv", path, read)
    assert not any(months(line) for line in table(path, "\t", "Title"))
    assert (told.records, told.loaded, told.rejected, told.rows) == (4, 4, 0, 0)


@needs_formats
def test_release_5_as_the_preset_of_another_release_is_refused(tmp_path: Path, read: Read) -> None:
    """Its heading of the total has a blank in it."""
    with pytest.raises(Refused, match="Reporting_Period_Total"):
        received(tmp_path, "counter_r51_tsv", FORMATS / "counter_r5_TR_J1.tsv", read)
