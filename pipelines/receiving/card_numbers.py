"""The serial number of a card in one form, however the reader that wrote it counts its bytes.

The same chip reads as 0123456789 at one gate and as 15CD5B07 at another: as decimal or hexadecimal
digits, with the first byte first or last.
"""

from typing import Literal

import polars as pl

Form = Literal["dec", "dec_reversed", "hex", "hex_reversed"]


def decimal(numbers: pl.Series, form: Form) -> pl.Series:
    """Serial numbers as decimal text, first byte first; nothing where a text is no number of that form."""
    distinct = numbers.drop_nulls().unique()
    converted = pl.Series([_decimal(text, form) for text in distinct.to_list()], dtype=pl.String)
    return numbers.replace_strict(distinct, converted, default=None, return_dtype=pl.String)


def _decimal(text: str, form: Form) -> str | None:
    base = 16 if form.startswith("hex") else 10
    digits = text.strip().replace(":", "").replace(" ", "")
    try:
        number = int(digits, base)
    except ValueError:
        return None
    if number < 0:
        return None
    if form.endswith("reversed"):
        width = max(4, (number.bit_length() + 7) // 8)
        number = int.from_bytes(number.to_bytes(width, "big"), "little")
    return str(number)
