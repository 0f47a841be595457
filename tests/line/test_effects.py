"""What was planted in the demo campus's campaigns is told of it: one service helps, one call back cannot be judged."""

import json
from typing import Any

import pytest

from tests.line.sites import Whole, mingyuan

TERM = "2025-2026-2"


@pytest.fixture(scope="module")
def planted(whole: Whole) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((whole.truth / "effects.json").read_text(encoding="utf-8"))["trials"]
    return found


@pytest.fixture(scope="module")
def effects(whole: Whole) -> dict[str, dict[str, Any]]:
    columns = ("run_key", "verdict", "reason", "served", "held_out", "served_rate", "difference", "ci_low", "ci_high")
    rows = whole.line.rows_of(f"select {', '.join(columns)} from service.effect")
    return {row[0].removeprefix(f"{TERM}-"): dict(zip(columns, row, strict=True)) for row in rows}


def test_everybody_drawn_is_told_of_in_their_arm(
    effects: dict[str, dict[str, Any]], planted: dict[str, dict[str, Any]]
) -> None:
    sizes = {code: (row["served"], row["held_out"]) for code, row in effects.items()}
    assert sizes == {code: (trial["served"], trial["held_out"]) for code, trial in planted.items()}


def test_the_interval_holds_what_was_planted(
    effects: dict[str, dict[str, Any]], planted: dict[str, dict[str, Any]]
) -> None:
    for code in ("T1", "T2"):
        assert effects[code]["ci_low"] <= planted[code]["lift"] <= effects[code]["ci_high"]
    assert effects["T2"]["verdict"] in ("no_visible_effect", "cannot_tell")


def test_a_call_back_without_anybody_held_out_and_a_trial_still_running_have_no_figures(
    effects: dict[str, dict[str, Any]],
) -> None:
    assert [(effects[code]["verdict"], effects[code]["reason"]) for code in ("T3", "T4")] == [
        ("cannot_tell", "one_arm"),
        ("too_early", "window_open"),
    ]
    assert {effects[code][name] for code in ("T3", "T4") for name in ("served_rate", "difference")} == {None}


def test_before_and_after_alone_would_have_found_a_return(whole: Whole) -> None:
    """The negative control: of those called back, who had done nothing before, many do it after."""
    ((before, after, people),) = whole.line.rows_of(
        "select sum(case when baseline > 0 then 1 else 0 end), sum(case when outcomes > 0 then 1 else 0 end), count(*) "
        f"from service.member where run_key = '{TERM}-T3'"
    )
    assert before == 0
    assert after > 0.05 * people


def test_a_run_is_told_in_words_on_a_terminal(whole: Whole) -> None:
    told = mingyuan(whole.line, "service", "effect", f"{TERM}-T3")
    assert told.returncode == 0, told.stderr
    assert "cannot tell" in told.stdout
    assert "many do more later by themselves" in told.stdout
    nobody = mingyuan(whole.line, "service", "effect", "T99")
    assert nobody.returncode == 1
    assert nobody.stderr.startswith("mingyuan: no run is called ‘T99’")


def test_every_college_with_a_need_is_told_of_in_every_term(whole: Whole) -> None:
    missing = whole.line.rows_of(
        "select distinct college, need.term from service.need as need join fact.roster using (patron_key, term) "
        "where (college, need.term) not in (select (college, term) from service.unreached)"
    )
    assert missing == []
    assert whole.line.rows_of("select count(*) > 0 from service.unreached") == [(True,)]
