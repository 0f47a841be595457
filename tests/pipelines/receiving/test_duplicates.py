import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.receiving import duplicates
from pipelines.receiving.duplicates import Seen

NOON = datetime(2025, 3, 3, 12)
TIMED = st.tuples(st.integers(0, 3), st.none() | st.integers(0, 40))


@pytest.fixture(params=[duplicates.HELD, 7], ids=["in memory", "in files"])
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(duplicates, "HELD", request.param)
    monkeypatch.setattr(duplicates, "_BUCKETS", 4)
    return int(request.param)


def keys(values: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"key": pl.Series(values, dtype=pl.Int64)})


def numbered(batch: list[int], start: int) -> pl.Series:
    return pl.Series(range(start, start + len(batch)), dtype=pl.Int64)


@pytest.mark.usefixtures("held")
@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=5), st.integers(1, 1000))
def test_every_record_but_the_first_of_its_kind_is_repeated(batches: list[list[int]], start: int) -> None:
    first: dict[int, int] = {}
    expected = []
    with tempfile.TemporaryDirectory() as folder:
        seen = Seen(Path(folder))
        for batch in batches:
            seen.add(keys(batch), numbered(batch, start))
            for number, value in enumerate(batch, start):
                if first.setdefault(value, number) != number:
                    expected.append(number)
            start += len(batch)
        assert seen.repeated().to_list() == expected


@pytest.mark.usefixtures("held")
@settings(deadline=None)
@given(st.lists(st.lists(TIMED, max_size=8), max_size=5), st.integers(0, 5))
def test_within_a_window_of_time_a_record_of_the_same_kind_is_repeated(
    batches: list[list[tuple[int, int | None]]], within: int
) -> None:
    records = [record for batch in batches for record in batch]
    expected = [
        number
        for number, (key, second) in enumerate(records)
        if second is not None
        and any(
            other == key and earlier is not None and (earlier, at) < (second, number) and second - earlier <= within
            for at, (other, earlier) in enumerate(records)
        )
    ]
    with tempfile.TemporaryDirectory() as folder:
        seen, start = Seen(Path(folder), within=within), 0
        for batch in batches:
            times = [None if second is None else NOON + timedelta(seconds=second) for _, second in batch]
            at = pl.Series(times, dtype=pl.Datetime("us"))
            seen.add(keys([key for key, _ in batch]), pl.Series(range(start, start + len(batch)), dtype=pl.Int64), at)
            start += len(batch)
        assert seen.repeated().to_list() == expected


@pytest.mark.parametrize(("gap", "expected"), [(timedelta(seconds=5), [2]), (timedelta(seconds=5, microseconds=1), [])])
def test_the_window_ends_where_it_says(tmp_path: Path, gap: timedelta, expected: list[int]) -> None:
    seen = Seen(tmp_path, within=5)
    seen.add(keys([1, 1]), pl.Series([1, 2]), pl.Series([NOON, NOON + gap]))
    assert seen.repeated().to_list() == expected


def test_swipes_that_come_again_and_again_are_repeated_each_by_the_one_before(tmp_path: Path) -> None:
    seen = Seen(tmp_path, within=5)
    seen.add(keys([1] * 4), pl.Series([9, 8, 7, 6]), pl.Series([NOON + timedelta(seconds=s) for s in (0, 4, 8, 14)]))
    assert seen.repeated().to_list() == [7, 8]


@pytest.mark.usefixtures("held")
def test_one_hash_in_common_does_not_make_two_records_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {1: [5] * 9, 2: [7, 8, 7, 9, 10, 11, 12, 13, 8]}
    monkeypatch.setattr(pl.DataFrame, "hash_rows", lambda frame, seed: pl.Series(hashes[seed], dtype=pl.UInt64))
    seen = Seen(tmp_path)
    seen.add(keys(list(range(9))), numbered(hashes[1], 1))
    assert seen.repeated().to_list() == [3, 9]


def test_what_a_batch_tells_of_itself_is_known_at_once_and_told_again_at_the_end(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    assert seen.add(keys([1, 2, 1]), pl.Series([1, 2, 3])).to_list() == [3]
    assert seen.add(keys([2, 3, 3]), pl.Series([4, 5, 6])).to_list() == [6]
    assert seen.repeated().to_list() == [3, 4, 6]


def test_a_swipe_that_is_known_to_be_repeated_still_repeats_the_next(tmp_path: Path) -> None:
    seen = Seen(tmp_path, within=5)
    at = pl.Series([NOON + timedelta(seconds=second) for second in (0, 4)])
    assert seen.add(keys([1, 1]), pl.Series([1, 2]), at).to_list() == [2]
    assert seen.add(keys([1]), pl.Series([3]), at.tail(1) + timedelta(seconds=4)).to_list() == []
    assert seen.repeated().to_list() == [2, 3]


def test_many_records_lie_in_files_and_one_that_comes_a_thousand_times_takes_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "HELD", 1000)
    seen = Seen(tmp_path)
    for start in range(0, 20_000, 1000):
        seen.add(keys([-1] * 900 + list(range(start, start + 100))), numbered([0] * 1000, start))
        assert sum(map(len, seen._held)) < 1000
    in_files = sum(path.stat().st_size for path in tmp_path.iterdir()) // (3 * 8)
    assert in_files == 20 * (100 + 1)
    expected = [number for number in range(1, 20_000) if number % 1000 < 900]
    assert seen.repeated().to_list() == expected
