"""A small demo campus on disk, and plain ways to read it that share no code with what wrote it."""

import csv
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.demo_campus import CampusMade, make_campus

SEED = 11
AUTUMN, SPRING = "2025-2026-1", "2025-2026-2"
SPRING_DAYS = (date(2026, 3, 2), date(2026, 7, 12))
SPRING_EXAMS = (date(2026, 6, 29), date(2026, 7, 12))
MOMENT = "%Y-%m-%d %H:%M:%S"
Row = dict[str, str]


@dataclass(frozen=True)
class Landing:
    """The files of a campus of 600 patrons and two terms, and what was planted in them."""

    out: Path
    made: CampusMade
    patrons: dict[str, dict[str, Any]]
    effects: dict[str, Any]

    def rows(self, pattern: str, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[Row]:
        found: list[Row] = []
        for path in sorted(self.out.glob(pattern)):
            with path.open(encoding=encoding, newline="") as file:
                found += csv.DictReader(file, delimiter=delimiter)
        return found

    def loans(self, term: str = "*") -> list[Row]:
        """Loan records that did not lose a field."""
        return [row for row in self.rows(f"circulation/loans_{term}.csv") if row["续借次数"] is not None]

    def swipes(self) -> Iterator[tuple[str, str, datetime, str]]:
        """Card, gate, moment and result of every row of the main building."""
        for row in self.rows("gate/main_*.csv"):
            yield row["卡号"], row["闸机名称"], datetime.strptime(row["通行时间"], "%Y/%m/%d %H:%M:%S"), row["结果"]

    def entries(self, first: date, last: date) -> Counter[str]:
        """Entries of each person between two days in both buildings, double swipes among them."""
        holder = {row["卡号"]: row["学工号"].strip() for row in self.rows("hub/cards_*.csv")}
        came = [(holder.get(card, ""), moment.date()) for card, gate, moment, _ in self.swipes() if gate[0] == "进"]
        for row in self.rows("gate/science_*.tsv", delimiter="\t"):
            came.append((row["学号"], datetime.strptime(row["日期"], "%Y%m%d").date()))
        return Counter(person for person, day in came if person and first <= day <= last)

    def spring_entries(self) -> Counter[str]:
        return self.entries(*SPRING_DAYS)

    def spring_roll(self) -> set[str]:
        """Persons in scope in spring: students reading or back from leave, and staff employed."""
        students = self.rows("hub/students_20260302.csv", "gb18030")
        staff = self.rows("hub/staff_20260302.csv", "gb18030")
        reading = {row["XH"] for row in students if row["XSDQZTM"] in ("01", "05")}
        return reading | {row["GH"] for row in staff if row["ZT"] == "在职"}

    def survey(self) -> list[Row]:
        path = self.out / "survey/wjx_2026.xlsx"
        sheet = pl.read_excel(path, has_header=False, infer_schema_length=0, drop_empty_rows=False)
        title, header, *rows = sheet.rows()
        assert title[0] == "图书馆读者满意度调查（示例）"
        assert not any(title[1:])
        return [dict(zip(header, row, strict=True)) for row in rows]


def make_landing(folders: pytest.TempPathFactory) -> Landing:
    out, truth = folders.mktemp("landing"), folders.mktemp("truth")
    made = make_campus(600, 2, SEED, out, truth, silent)
    patrons = pl.read_parquet(truth / "patrons.parquet").to_dicts()
    effects = json.loads((truth / "effects.json").read_text(encoding="utf-8"))
    return Landing(out, made, {row["number"]: row for row in patrons}, effects)


def silent(step: str, share: float) -> None:
    assert step
    assert 0 <= share <= 1


def is_moment(text: str) -> bool:
    try:
        datetime.strptime(text, MOMENT)
    except ValueError:
        return False
    return True


def means(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    groups = defaultdict(list)
    for group, value in values:
        groups[group].append(value)
    return {group: statistics.fmean(found) for group, found in groups.items()}
