import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.duplicates import Seen


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=5))
def test_every_record_but_the_first_of_its_kind_is_repeated(batches: list[list[int]]) -> None:
    seen = Seen()
    for batch in batches:
        seen.add(pl.DataFrame({"value": pl.Series(batch, dtype=pl.Int64)}))
    values = [value for batch in batches for value in batch]
    expected = [position for position, value in enumerate(values) if value in values[:position]]
    assert seen.repeated().to_list() == expected


def test_one_hash_in_common_does_not_make_two_records_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {1: [5, 5, 5], 2: [7, 8, 7]}
    monkeypatch.setattr(pl.DataFrame, "hash_rows", lambda frame, seed: pl.Series(hashes[seed], dtype=pl.UInt64))
    seen = Seen()
    seen.add(pl.DataFrame({"value": np.arange(3)}))
    assert seen.repeated().to_list() == [2]
