"""A few unfit records are remarked upon; so many that the preset cannot fit keep the file outside."""

from pathlib import Path
from typing import Any

import pytest

from tests.line.gates import FIRST, HEAD, UNKNOWN_DIRECTION, gate, passages, reasons, states, take
from tests.line.sites import Line

pytestmark = pytest.mark.usefixtures("read_here")

THREE_OF_FOUR = {FIRST: passages("09", "小门", "小门", "进门1", "小门")}
TWO_OF_FOUR = {FIRST: passages("09", "小门", "小门", "进门1", "出门1")}
REMARKS = "select remark from ledger.file"


def strict_gate(folder: Path, **lines: Any) -> Line:
    return gate(folder, columns={"direction": UNKNOWN_DIRECTION}, **lines)


def test_above_stop_the_whole_file_stays_outside(tmp_path: Path) -> None:
    line = strict_gate(tmp_path)
    (told,) = take(line, THREE_OF_FOUR)
    assert told == (
        "gate/main_2025-09.csv: 3 of 4 records (75.0%) are unfit, most for unmapped_value in columns.direction, first in"
        " record 1 — mend the preset of source gate, or allow more with rejects: {stop: 1}"
    )
    assert line.rows_of("select count(*) from raw.gate_event") == [(0,)]
    assert (reasons(line), states(line), line.waiting()) == ([], [(FIRST, "refused")], [FIRST])
    assert line.rows_of(REMARKS) == [(told,)]
    assert not list(line.campus.spool.iterdir())


def test_as_many_as_stop_allows_come_in(tmp_path: Path) -> None:
    """The control: it is the share that keeps the file outside, and the share alone."""
    line = strict_gate(tmp_path, rejects={"stop": 0.75})
    assert take(line, THREE_OF_FOUR) == []
    assert (reasons(line), line.waiting()) == ([("unmapped_value", 3)], [])
    assert line.rows_of("select count(*) from raw.gate_event") == [(1,)]


@pytest.mark.parametrize(("warn", "is_told"), [(0.01, True), (0.49, True), (0.5, False)])
def test_above_warn_the_ledger_and_the_log_say_so(tmp_path: Path, warn: float, is_told: bool) -> None:
    line = strict_gate(tmp_path, rejects={"warn": warn})
    line.put(FIRST, TWO_OF_FOUR[FIRST])
    intake = line.take_in("gate_event", is_judged=False)
    told = "2 of 4 records (50.0%) are unfit, most for unmapped_value in columns.direction, first in record 1"
    assert line.rows_of(REMARKS) == [(told if is_told else None,)]
    assert intake.remarks == ([f"{FIRST}: {told}"] if is_told else [])
    assert intake.rows == 2


@pytest.mark.parametrize(
    "lines",
    [
        {"where": [{"heading": "结果", "in": ["成功"], "reason": "denied"}]},
        {"where": [], "footer": "^合计"},
        {"where": [], "people_who_are_not": "^9+$"},
    ],
)
def test_what_the_preset_leaves_out_on_purpose_counts_neither_way(tmp_path: Path, lines: dict[str, Any]) -> None:
    line = gate(tmp_path, columns={"patron_key": "卡号", "direction": UNKNOWN_DIRECTION}, **lines)
    cells = {"footer": ("合计", "成功"), "people_who_are_not": ("999", "成功")}
    card, outcome = next((cells[name] for name in cells if name in lines), ("0009", "失败"))
    left_out = f"{card},进门1,2025/09/08 09:00:00,{outcome}\n" * 20
    (told,) = take(line, {FIRST: THREE_OF_FOUR[FIRST] + left_out})
    assert "3 of 4 records (75.0%)" in told
    assert take(line, {FIRST: TWO_OF_FOUR[FIRST] + left_out}) == []
    assert line.rows_of(f"{REMARKS} where status = 'loaded'")[0][0].startswith("2 of 4 records (50.0%)")
    assert take(line, {FIRST: passages("09", "进门1") + left_out}) == []
    assert line.rows_of(f"{REMARKS} where status = 'loaded'") == [(None,)]


def test_a_file_of_nothing_but_what_is_left_out_comes_in(tmp_path: Path) -> None:
    line = strict_gate(tmp_path)
    assert take(line, {FIRST: HEAD + "0001,小门,2025/09/08 09:00:00,失败\n"}) == []
    assert line.rows_of("select records, rejected, remark from ledger.file") == [(1, 1, None)]
