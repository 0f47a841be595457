"""What a file does to earlier ones: of the same name, of the same period, to all of them, or nothing."""

from pathlib import Path

import pytest

from pipelines.receiving.succession import in_order
from tests.line.gates import HEAD, gate, mend, passages, states, take
from tests.line.sites import Line

pytestmark = pytest.mark.usefixtures("read_here")

SEPTEMBER, AGAIN, OCTOBER = "gate/main_2025-9.csv", "gate/main_2025-9_v2.csv", "gate/main_2025-10.csv"
PERIOD = r"(\d{4}-\d+)"
ONE, TWO, THREE = passages("09", "进门1"), passages("09", "进门1", "进门2"), passages("10", "进门1", "进门2", "进门3")


def rows(line: Line) -> int:
    return int(line.rows_of("select count(*) from raw.gate_event")[0][0])


def test_of_the_same_period_the_later_one_stays(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="same_period", period=PERIOD)
    take(line, {SEPTEMBER: ONE, OCTOBER: THREE})
    take(line, {AGAIN: TWO})
    assert states(line) == [(OCTOBER, "loaded"), (SEPTEMBER, "replaced"), (AGAIN, "loaded")]
    assert rows(line) == 5


def test_by_name_alone_both_would_stay(tmp_path: Path) -> None:
    """The control: the same files where names replace names."""
    line = gate(tmp_path)
    take(line, {SEPTEMBER: ONE, OCTOBER: THREE})
    take(line, {AGAIN: TWO})
    assert rows(line) == 6


def test_where_nothing_is_replaced_even_the_same_name_adds(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="nothing")
    take(line, {SEPTEMBER: ONE})
    take(line, {SEPTEMBER: TWO})
    assert states(line) == [(SEPTEMBER, "loaded"), (SEPTEMBER, "loaded")]
    assert rows(line) == 3


def test_a_full_list_replaces_all_before_it(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="everything", period=PERIOD)
    take(line, {SEPTEMBER: TWO})
    take(line, {OCTOBER: ONE})
    assert states(line) == [(OCTOBER, "loaded"), (SEPTEMBER, "replaced")]
    assert rows(line) == 1


def test_several_full_lists_at_once_count_by_their_period(tmp_path: Path) -> None:
    # By their names alone, October would come before September.
    line = gate(tmp_path, replaces="everything", period=PERIOD)
    take(line, {OCTOBER: THREE, SEPTEMBER: ONE})
    assert states(line) == [(OCTOBER, "loaded"), (SEPTEMBER, "replaced")]
    assert rows(line) == 3


def test_an_older_full_list_that_comes_late_is_sealed_and_not_loaded(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="everything", period=PERIOD)
    take(line, {OCTOBER: THREE})
    for _ in range(2):
        take(line, {SEPTEMBER: ONE})
        assert states(line) == [(OCTOBER, "loaded"), (SEPTEMBER, "replaced")]
        assert (rows(line), line.waiting()) == (3, [])
    assert len(list((line.campus.vault / "received").iterdir())) == 2
    remark = "select remark, received_at < (select max(received_at) from ledger.file) from ledger.file"
    assert line.rows_of(f"{remark} where status = 'replaced'")[0][0] == "came after the full list of a later period"


def test_without_a_period_the_one_that_comes_last_counts(tmp_path: Path) -> None:
    """The control: nothing says that it is older."""
    line = gate(tmp_path, replaces="everything")
    take(line, {OCTOBER: THREE})
    take(line, {SEPTEMBER: ONE})
    assert states(line) == [(OCTOBER, "replaced"), (SEPTEMBER, "loaded")]


@pytest.mark.parametrize("replaces", ["same_period", "everything"])
def test_where_files_are_not_taken_away_the_old_one_does_not_come_back(tmp_path: Path, replaces: str) -> None:
    line = gate(tmp_path, replaces=replaces, period=PERIOD)
    take(line, {SEPTEMBER: ONE})
    take(line, {AGAIN: TWO})
    before = line.hashes()
    for _ in range(2):
        take(line, {SEPTEMBER: ONE, AGAIN: TWO})
        assert line.hashes() == before
    assert rows(line) == 2


def test_a_name_without_a_period_is_refused_until_it_has_one(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="same_period", period=PERIOD)
    (told,) = take(line, {"gate/main_new.csv": ONE})
    assert told == (
        "gate/main_new.csv: has a name that does not fit the pattern under period — rename it, or mend source gate"
    )
    assert states(line) == [("gate/main_new.csv", "refused")]
    (line.campus.landing / "gate/main_new.csv").rename(line.campus.landing / SEPTEMBER)
    assert take(line, {}) == []
    assert states(line) == [(SEPTEMBER, "loaded")]


def test_what_a_file_replaces_goes_in_the_transaction_that_loads_it(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="same_period", period=PERIOD)
    take(line, {SEPTEMBER: ONE})
    before = line.hashes()
    refusals = take(line, {AGAIN: TWO.replace("通行时间", "时刻")})
    assert len(refusals) == 1
    assert {name: hashed for name, hashed in line.hashes().items() if name.startswith("raw.")} == {
        name: hashed for name, hashed in before.items() if name.startswith("raw.")
    }
    assert states(line) == [(SEPTEMBER, "loaded"), (AGAIN, "refused")]


NIGHTLY = "gate/main_night.csv"


def test_another_night_under_the_same_name_does_not_withdraw_the_one_before(tmp_path: Path) -> None:
    line = gate(tmp_path)
    assert take(line, {NIGHTLY: TWO}) == []
    (told,) = take(line, {NIGHTLY: THREE})
    assert told == (
        "gate/main_night.csv: tells of 2025-10-08 to 2025-10-08, and the file of that name before it,"
        " which it would withdraw, of 2025-09-08 to 2025-09-08 — say replaces: nothing, same_period or everything in source gate; same_name if it should"
    )
    assert (rows(line), line.waiting()) == (2, [NIGHTLY])
    mend(line, replaces="nothing")
    assert take(line, {}) == []
    assert (rows(line), line.waiting()) == (5, [])


def test_nor_does_one_that_goes_on_where_it_ended(tmp_path: Path) -> None:
    """Exports of the last day and night meet in a day, and yet neither is a copy of the other."""
    line = gate(tmp_path)
    take(line, {NIGHTLY: TWO.replace("09/08 08:00", "09/07 21:00")})
    (told,) = take(line, {NIGHTLY: TWO.replace("08:00", "21:00").replace("09/08 08:01", "09/09 08:01")})
    assert told.startswith("gate/main_night.csv: tells of 2025-09-08 to 2025-09-09, and the file")
    assert rows(line) == 2


def test_a_record_whose_time_is_corrected_within_its_day_is_no_other_night(tmp_path: Path) -> None:
    line = gate(tmp_path)
    take(line, {NIGHTLY: ONE})
    assert take(line, {NIGHTLY: ONE.replace("08:00", "21:00")}) == []
    assert rows(line) == 1


def test_a_corrected_copy_withdraws_it_and_says_how_much(tmp_path: Path) -> None:
    """The control: the times meet."""
    line = gate(tmp_path)
    take(line, {NIGHTLY: TWO})
    line.put(NIGHTLY, ONE)
    intake = line.take_in("gate_event", is_judged=False)
    assert (intake.refusals, intake.rows, intake.withdrawn, rows(line)) == ([], 1, 2, 1)


def test_a_copy_of_no_day_withdraws_nothing(tmp_path: Path) -> None:
    line = gate(tmp_path)
    take(line, {NIGHTLY: TWO})
    (told,) = take(line, {NIGHTLY: HEAD})
    assert told.startswith("gate/main_night.csv: tells of no day, and the file of that name before it")
    assert rows(line) == 2


def test_where_names_are_said_to_count_they_do(tmp_path: Path) -> None:
    line = gate(tmp_path, replaces="same_name")
    take(line, {NIGHTLY: TWO})
    assert take(line, {NIGHTLY: THREE}) == []
    assert (states(line), rows(line)) == ([(NIGHTLY, "loaded"), (NIGHTLY, "replaced")], 3)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2025-9", "2025-10"),
        ("20250930", "20251001"),
        ("2024-2025-1", "2024-2025-2"),
        ("w9", "w10"),
        ("2025", "2025-1"),
    ],
)
def test_periods_sort_as_people_read_them(earlier: str, later: str) -> None:
    assert in_order(earlier) < in_order(later)
    assert not in_order(later) < in_order(earlier)
