"""The name by which a person is known inside the warehouse: a keyed hash of the person's number.

One number written in two ways must give one name, so spelling is settled first.  Where the key comes
from, and who may turn a name back into a number, is not decided here.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable

import polars as pl

DAMAGED = r"^\d([.,]\d+)?E\+\d+$|^\d[.,]\d+E\d+$"
"""A long number that a spreadsheet has rounded: its last digits are gone."""

LENGTH = 12
"""So many letters and digits are a pseudonym: as many as DuckDB keeps within a row, where it need not look elsewhere.

Among a million numbers two share one with a probability of 3 in ten thousand million.
"""

_SETTLED = r"^[0-9A-Z]+$"
_ZERO_WIDTH = r"[\u{200b}-\u{200d}\u{2060}\u{feff}]"


def normalised(numbers: pl.Series, digits: int = 0) -> pl.Series:
    """Numbers of persons in one spelling; empty where nothing is left.

    Undone are full-width characters, small letters, blanks around and invisible characters within,
    and what spreadsheets add: ``="0042"``, ``'0042``, ``42.0``.  ``digits`` restores leading zeros.
    """
    # Nearly all numbers are spelt well already, and looking is far cheaper than respelling.
    unsettled = (~numbers.str.contains(_SETTLED)).fill_null(False).arg_true()
    spelt = numbers.scatter(unsettled, _respelt(numbers.gather(unsettled))) if len(unsettled) else numbers
    return padded(spelt, digits)


def padded(numbers: pl.Series, digits: int) -> pl.Series:
    """Numbers with the leading zeros that they have lost."""
    return numbers.str.zfill(digits) if (numbers.str.len_bytes() < digits).any() else numbers


def is_damaged(numbers: pl.Series) -> pl.Series:
    """Which normalised numbers a spreadsheet has rounded."""
    # The letter is quick to look for, and hardly any number holds it.
    suspects = numbers.str.contains("E", literal=True).fill_null(False)
    return numbers.str.contains(DAMAGED).fill_null(False) if suspects.any() else suspects


def _respelt(numbers: pl.Series) -> pl.Series:
    text = numbers.str.normalize("NFKC").str.replace_all(_ZERO_WIDTH, "").str.strip_chars().str.to_uppercase()
    bare = (
        text.str.replace(r'^="(.*)"$', "$1")
        .str.strip_prefix("'")
        .str.replace(r"^(\d+)(\.0+|,0)$", "$1")
        .str.strip_chars()
    )
    return bare.set(bare == "", None)


def pseudonyms(identifiers: Iterable[str], id_type: str, key: bytes) -> list[str]:
    """The pseudonym of each normalised identifier: ``LENGTH`` letters and digits, small and large ones apart.

    The kind of number is part of what is hashed, so card 42 and student 42 stay two.
    """
    begun = hmac.new(key, f"{id_type}\x1f".encode(), hashlib.sha256)
    return [_finished(begun, identifier) for identifier in identifiers]


def patron_key(identifier: str, id_type: str, key: bytes, digits: int = 0) -> str:
    """The pseudonym of one number as a person writes it."""
    spelt = normalised(pl.Series([identifier]), digits).item()
    return pseudonyms([spelt or ""], id_type, key)[0]


def _finished(begun: hmac.HMAC, identifier: str) -> str:
    whole = begun.copy()
    whole.update(identifier.encode())
    # Letters and digits only: a sheet takes what begins with another sign for a formula.
    return b64encode(whole.digest(), altchars=b"00")[:LENGTH].decode()
