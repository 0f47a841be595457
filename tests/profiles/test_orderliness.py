"""The order of visits: what repeats has little entropy, what never repeats about as much as there are slots."""

import math
import random
import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.orderliness import actual_entropies, orderliness


def actual_entropy(text: str) -> float:
    return float(actual_entropies(pl.Series([text]))[0])


def test_a_short_sequence_worked_out_by_hand() -> None:
    # A B A A B A: what starts at each place, and its longest match among the letters before it:
    #   1 A…: none → 1      2 B…: none → 1      3 A of "AB" ("AA" is not there) → 2
    #   4 ABA of "ABA" (the end) → 4   5 BA of "ABAA" (the end) → 3   6 A of "ABAAB" (the end) → 2
    assert actual_entropy("ABAABA") == pytest.approx(6 * math.log(6) / (1 + 1 + 2 + 4 + 3 + 2))
    assert actual_entropy("A") == 0
    assert actual_entropy("AB") == pytest.approx(2 * math.log(2) / 2)


def test_what_always_repeats_has_hardly_any_entropy() -> None:
    # Λ is 1, 2, 3 … up to the middle and down again: about n + n² / 4 in all.
    assert actual_entropy("A" * 200) == pytest.approx(200 * math.log(200) / (200 + 200 * 200 / 4), rel=0.01)
    assert actual_entropy("ABC" * 70) < 0.2


def test_what_is_drawn_at_random_has_about_the_entropy_of_its_letters() -> None:
    letters = random.Random(5)
    for slots in (2, 4, 8):
        text = "".join(letters.choices(string.ascii_uppercase[:slots], k=4000))
        assert actual_entropy(text) == pytest.approx(math.log(slots), rel=0.12)


def plain(text: str) -> float:
    """The same by the definition alone."""
    total = 0
    for start in range(len(text)):
        matches = [n for n in range(len(text) - start + 1) if text[start : start + n] in text[:start]]
        total += max(matches) + 1
    return len(text) * math.log(len(text)) / total


@given(st.lists(st.text("ABC", min_size=1, max_size=40), max_size=5), st.integers(1, 60))
def test_the_quick_search_finds_what_the_definition_says(texts: list[str], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("profiles.orderliness._AT_ONCE", at_once)
        assert actual_entropies(pl.Series(texts, dtype=pl.String)).to_list() == [plain(text) for text in texts]


def test_a_match_may_be_longer_than_a_byte_can_say() -> None:
    for length in (254, 255, 256, 600):
        assert actual_entropy("A" * length) == plain("A" * length)


def test_short_sequences_have_no_row() -> None:
    frame = pl.DataFrame(
        {"patron_key": ["bo", "ann", "cy"], "term": "spring", "slots": ["AB" * 10, "A" * 20, "A" * 19]}
    )
    found = orderliness(frame)
    assert found["patron_key"].to_list() == ["ann", "bo"]
    assert found["order_actual_entropy"].to_list() == [actual_entropy("A" * 20), actual_entropy("AB" * 10)]
    assert orderliness(frame.clear()).schema == found.schema
