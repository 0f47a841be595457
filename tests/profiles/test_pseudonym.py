import hashlib
import hmac
import re
from base64 import b64encode, urlsafe_b64encode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.pseudonym import DAMAGED, is_damaged, normalised, padded, patron_key, pseudonyms

KEY = bytes(range(32))


def one(text: str | None, digits: int = 0) -> str | None:
    result = normalised(pl.Series([text], dtype=pl.String), digits).item()
    assert result is None or isinstance(result, str)
    return result


def test_a_pseudonym_is_a_keyed_hash_of_kind_and_number() -> None:
    digest = hmac.new(KEY, b"patron_no\x1f202510400123", hashlib.sha256).digest()
    expected = urlsafe_b64encode(digest[:9]).decode().replace("-", "0").replace("_", "0")
    assert pseudonyms(["202510400123"], "patron_no", KEY) == [expected]
    assert patron_key(" 202510400123 ", "patron_no", KEY) == expected


def test_without_the_key_or_with_another_kind_it_is_another() -> None:
    names = {patron_key("42", kind, key) for kind in ("patron_no", "card_no") for key in (KEY, bytes(32))}
    assert len(names | {b64encode(hashlib.sha256(b"42").digest())[:12].decode()}) == 5


def test_it_is_short_enough_to_lie_in_a_row_and_begins_no_formula() -> None:
    made = pseudonyms(map(str, range(2000)), "patron_no", KEY)
    assert all(re.fullmatch("[0-9A-Za-z]{12}", name) for name in made)
    assert len(set(made)) == 2000


@pytest.mark.parametrize(
    ("written", "settled"),
    [
        ("0042", "0042"),
        ("  0042\u00a0", "0042"),
        ("００４２", "0042"),
        ("s042x", "S042X"),
        ("0042\u200b", "0042"),
        ("\ufeff0042", "0042"),
        ('="0042"', "0042"),
        ("'0042", "0042"),
        ("42.0", "42"),
        ("42.00", "42"),
        ("42,0", "42"),
        ("1,000", "1,000"),
        ("4.2", "4.2"),
        ("alde.pa", "ALDE.PA"),
        ("'", None),
        ('=""', None),
        ("   ", None),
        (None, None),
    ],
)
def test_spellings_of_one_number_are_one(written: str | None, settled: str | None) -> None:
    assert one(written) == settled


def test_lost_leading_zeros_are_restored_where_the_length_is_known() -> None:
    assert one("42", digits=8) == "00000042"
    assert one("42.0", digits=8) == "00000042"
    assert one("1234567890", digits=8) == "1234567890"
    assert one(None, digits=8) is None


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_blanks_around_and_full_width_never_matter(text: str) -> None:
    assert one(f"  {text}\u3000") == one(text)
    wide = "".join(chr(ord(letter) + 0xFEE0) if "0" <= letter <= "9" else letter for letter in text)
    assert one(wide) == one(text)


@pytest.mark.parametrize("number", ["2.02E+11", "2,02E+11", "2E+11", "2.0251E11", "2,0251E11"])
def test_numbers_that_a_spreadsheet_rounded_are_told(number: str) -> None:
    assert pl.Series([number]).str.contains(DAMAGED).item()


@pytest.mark.parametrize("number", ["12E5", "E1234", "202510400123", "2.5", "2,5"])
def test_other_numbers_are_not(number: str) -> None:
    assert not pl.Series([number]).str.contains(DAMAGED).item()


@given(st.lists(st.none() | st.sampled_from(["1.2E+10", "1E+5", "2.5E7"]) | st.text("0123456789E+.", max_size=9)))
def test_damage_is_seen_in_any_company(numbers: list[str | None]) -> None:
    expected = [number is not None and bool(re.search(DAMAGED, number)) for number in numbers]
    assert is_damaged(pl.Series(numbers, dtype=pl.String)).to_list() == expected


def test_only_numbers_that_are_too_short_are_padded() -> None:
    assert padded(pl.Series(["7", "123", None, "12345"]), 3).to_list() == ["007", "123", None, "12345"]
    assert padded(pl.Series(["123", "7"]), 0).to_list() == ["123", "7"]
