"""What the demo campus's people say to the library, learn in it and do for it."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.demo_campus import make_campus
from pipelines.paths import REFERENCE
from tests.pipelines.demo_landing import MOMENT, Landing, make_landing, silent

STEPS = ("提交时间", "受理时间", "答复时间", "落实时间", "告知时间", "确认时间")


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return make_landing(tmp_path_factory)


def test_a_ticket_takes_its_steps_in_order_and_fewer_take_each(campus: Landing) -> None:
    tickets = campus.rows("tickets/*.csv")
    assert len({row["工单编号"] for row in tickets}) == len(tickets) > 50
    for row in tickets:
        taken = [row[step] for step in STEPS]
        assert taken == sorted(taken, key=lambda moment: (not moment, moment)), (
            "in order, and none after one that is missing"
        )
    reached = [sum(bool(row[step]) for row in tickets) for step in STEPS]
    assert reached == sorted(reached, reverse=True)
    assert 0 < reached[-1] < reached[0]
    assert {row["满意度"] != "" for row in tickets if row["确认时间"]} == {True}
    known = set(campus.patrons)
    assert {row["学工号"] for row in tickets} - known == {"匿名"}


def test_a_campaign_for_quiet_is_planted_and_nothing_else_falls(tmp_path: Path) -> None:
    made = make_landing_of(tmp_path, 4_000)
    begins, counts = date.fromisoformat(made.effects["campaign"]["begins"]), defaultdict(Counter)
    for row in made.rows("tickets/tickets_2025-2026-2.csv"):
        day = datetime.strptime(row["提交时间"], MOMENT).date()
        if date(2026, 6, 29) > day >= date(2026, 3, 9):  # eight weeks each, exams left out
            counts[row["类别"] == "馆内噪音"][day >= begins] += 1
    of_noise, of_others = (counts[about][True] / counts[about][False] for about in (True, False))
    assert of_noise < 0.75 * of_others, "the control: other complaints go with the visits"


def make_landing_of(folder: Path, patrons: int) -> Landing:
    truth = folder / "truth"
    made = make_campus(patrons, 1, 5, folder / "out", truth, silent)
    return Landing(folder / "out", made, {}, json.loads((truth / "effects.json").read_text(encoding="utf-8")))


def test_who_does_not_use_the_library_comes_to_no_training_and_serves_nowhere(campus: Landing) -> None:
    trained = {row["学号"] for row in campus.rows("events/*.csv")}
    serving = {row["学号"] for row in campus.rows("volunteers/*.csv")}
    kinds = {number: row["archetype"] for number, row in campus.patrons.items()}
    assert "none" in kinds.values()
    assert not {number for number in trained | serving if kinds[number] == "none"}
    assert len(trained) > 30
    assert len(serving) > 5


def test_trainings_are_those_of_the_curriculum_and_some_sign_out_early_or_never_come(campus: Landing) -> None:
    with (REFERENCE / "training.csv").open(encoding="utf-8", newline="") as file:
        topics = {row["series"] for row in csv.DictReader(file)}
    rows = campus.rows("events/*.csv")
    assert {row["系列"] for row in rows} <= topics
    came = [row for row in rows if row["签到时间"]]
    minutes = [
        (datetime.strptime(row["签退时间"], MOMENT) - datetime.strptime(row["签到时间"], MOMENT)).seconds // 60
        for row in came
    ]
    assert 0.1 < 1 - len(came) / len(rows) < 0.3
    assert min(minutes) < 60 < max(minutes) <= 95


def test_most_who_serve_serve_again(campus: Landing) -> None:
    autumn, spring = (
        {row["学号"] for row in campus.rows(f"volunteers/shifts_{t}.csv")} for t in ("2025-2026-1", "2025-2026-2")
    )
    assert len(autumn & spring) > len(autumn) / 3
    assert autumn - spring
