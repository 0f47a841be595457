"""The most borrowed titles of Toulouse, 2011–2022: three real exports through the door, held against a plain reading.

In the lines of 2019 and 2020 an empty value has slipped in before the publisher, so that all after it
stand one column too far and the last is lost.  Damaged accents are found in other years as well.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received
from tests.pipelines.landing import rejects, site
from tests.real.conftest import REAL

EXPORT = REAL / "toulouse_loans"
pytestmark = pytest.mark.skipif(not EXPORT.is_dir(), reason="the real data set toulouse_loans is not on this machine")

FILES = {"cds": 6348, "films": 6033, "imprimes": 6016}
BRANCHES = ("CABANIS", "COL", "CYP", "EMP", "EXU", "FAB", "MGM", "PERIGORD", "PRA")
AUDIENCES = {"A": "adults", "E": "children", "BB": "infants", "TP": "everyone"}


@dataclass(frozen=True)
class Told:
    """A file as the door took it in, and its lines as they stand there."""

    received: Received
    lines: list[dict[str, str]]

    @property
    def rows(self) -> pl.DataFrame:
        return pl.read_parquet(self.received.rows_file)

    @property
    def rejected(self) -> list[dict[str, str]]:
        return [self.lines[record - 1] for record, _, _ in rejects(self.received)]

    @property
    def taken(self) -> list[dict[str, str]]:
        return [self.lines[record - 1] for record in self.rows["source_record"]]


@pytest.fixture(scope="module", params=FILES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, read: Read) -> Told:
    return through_the_door(tmp_path_factory.mktemp("toulouse"), request.param, read)


def through_the_door(folder: Path, name: str, read: Read, **lines: Any) -> Told:
    campus = site(folder, "toulouse_titles", lines, timezone="Europe/Paris")
    campus.put(f"toulouse/{name}.csv", (EXPORT / f"{name}.csv").read_bytes())
    return Told(campus.receive(f"toulouse/{name}.csv", read=read), plainly(name))


def plainly(name: str) -> list[dict[str, str]]:
    with (EXPORT / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def is_pushed(line: dict[str, str]) -> bool:
    """Whether a line was written in the years whose values stand one column too far."""
    return line["ANNEE"] in {"2019", "2020"}


def is_damaged(text: str, accents: str = "âãáè", with_cedilla: bool = True) -> bool:
    """Whether an accent stands before its letter, where it cannot stand in French."""
    return any(
        (first in accents and second in "aeiouAEIOU") or (with_cedilla and first == "ð" and second in "cC")
        for first, second in pairwise(text)
    )


def test_every_record_is_accounted_for(told: Told) -> None:
    received = told.received
    assert received.records == len(told.lines) == FILES[Path(received.name).stem]
    assert (received.duplicates, received.loaded) == (0, received.records - received.rejected)


def test_lines_whose_values_were_pushed_aside_are_rejected_and_no_others(told: Told) -> None:
    unfit = [line for line in told.lines if is_pushed(line) or not line["ANNEE"]]
    assert told.rejected == unfit
    pushed = sum(map(is_pushed, told.lines))
    assert pushed == {"cds": 1170, "films": 1014, "imprimes": 1006}[Path(told.received.name).stem]
    assert told.received.rejected == pushed + sum(not line["ANNEE"] for line in told.lines)


def test_each_value_set_catches_what_it_can(told: Told) -> None:
    no_branch = sum(is_pushed(line) and line["BIB"] not in {*BRANCHES, "-"} for line in told.lines)
    no_year = sum(not line["ANNEE"] for line in told.lines)
    left = sum(map(is_pushed, told.lines)) - no_branch
    reasons = {"unexpected_value": no_branch, "unmapped_value": left, "missing_value": no_year}
    assert told.received.reasons == {reason: count for reason, count in reasons.items() if count}


def test_without_value_sets_they_would_be_taken_for_branches(tmp_path: Path, read: Read) -> None:
    """The control."""
    told = through_the_door(tmp_path, "cds", read, columns={"place": "BIB", "audience": "Cat 1"})
    assert (told.received.loaded, told.received.rejected) == (FILES["cds"], 0)
    assert {"S220", "S099.2"} <= set(told.rows["place"])


def test_the_pushed_lines_are_read_by_a_second_source(tmp_path: Path, read: Read) -> None:
    columns = {
        "place": {"from": "COTE", "allowed": list(BRANCHES)},
        "call_number": "Cat 1",
        "audience": {"from": "Cat 2", "map": AUDIENCES},
        "media": None,
    }
    where = [{"heading": "ANNEE", "in": ["2019", "2020"], "reason": "other_year"}]
    told = through_the_door(tmp_path, "cds", read, columns=columns, where=where)
    pushed = [line for line in told.lines if is_pushed(line)]
    assert told.taken == pushed
    assert set(told.received.reasons) == {"other_year"}
    assert Counter(told.rows["place"]) == Counter(line["COTE"] for line in pushed)


def test_what_was_taken_is_what_the_lines_say(told: Told) -> None:
    columns = ("TITRE", "AUTEUR", "COTE", "BIB", "Cat 2")
    said = [
        (
            *(None if line[name].strip() in {"", "-"} else line[name].strip() for name in columns),
            AUDIENCES.get(line["Cat 1"]),
            int(line["ANNEE"]),
            int(line["Nbre de prêts"]),
        )
        for line in told.taken
    ]
    rows = told.rows.with_columns(pl.col("period_start").dt.year())
    assert (
        said
        == rows.select("title", "author", "call_number", "place", "media", "audience", "period_start", "loans").rows()
    )


def test_damaged_accents_are_kept_and_noted(told: Told) -> None:
    expected = [
        ";".join(
            f"{column}:damaged_text"
            for column, name in (("title", "TITRE"), ("author", "AUTEUR"))
            if is_damaged(line[name])
        )
        for line in told.taken
    ]
    assert [notes or "" for notes in told.rows["notes"]] == expected
    assert sum(map(bool, expected)) == {"cds": 157, "films": 194, "imprimes": 336}[Path(told.received.name).stem]


def test_the_plain_reading_finds_as_many_damaged_lines_as_were_counted_apart(told: Told) -> None:
    """Of all lines and in any column, without diaeresis and cedilla: more than what is taken in can show."""
    damaged = [
        any(is_damaged(cell, "âãá", with_cedilla=False) for cell in line.values() if cell) for line in told.lines
    ]
    assert sum(damaged) == {"cds": 477, "films": 960, "imprimes": 1129}[Path(told.received.name).stem]
