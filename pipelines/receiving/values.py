"""Text becomes a value of its column's type, or there is a word for why it cannot.

What is done about a value that cannot be read belongs in :mod:`pipelines.receiving.canonical`.
"""

import re

import polars as pl

from pipelines.receiving import card_numbers, times
from pipelines.receiving.contracts import ContractColumn
from pipelines.receiving.presets import Rule
from profiles.pseudonym import is_damaged, normalised, padded

_NO_NUMBER = (
    r"^(0{6,}|[-–—]+|NULL|NAN|NONE|\((NULL|NONE)\)|<(NULL|NA)>|\\N|#?N/A|#(REF|VALUE|NUM|NULL|DIV/0)!|#NAME\?)$"
)
"""What a database, a program or a spreadsheet writes for a number that is not there: everybody without one would be one person."""


def typed(text: pl.Series, column: ContractColumn, rule: Rule, zone: str) -> tuple[pl.Series, pl.Series | None]:
    """The text of a column as its type, and what is wrong with each value."""
    kind = column.type.lower()
    if column.is_pseudonym:
        serial = card_numbers.decimal(text, rule.uid) if rule.uid else text
        number = normalised(serial)
        problem = marked(None, text.is_not_null() & serial.is_null(), "unreadable") if rule.uid else None
        problem = marked(problem, is_damaged(number), "spreadsheet_damage")
        is_none = number.str.contains(_NO_NUMBER).fill_null(False)
        return padded(number.set(is_none, None), rule.pad), marked(problem, is_none, "missing_value")
    if kind == "varchar":
        return text, marked(None, is_damaged(text.str.to_uppercase()), "spreadsheet_damage") if column.is_key else None
    text = _half_width(text)
    if kind in {"timestamp", "date"}:
        return _times(text, kind, rule, zone)
    value = _numbers(text, kind, rule)
    return value, marked(None, text.is_not_null() & value.is_null(), "unreadable")


def _half_width(text: pl.Series) -> pl.Series:
    """Digits as ASCII has them, where some are written in full width."""
    is_foreign = text.str.len_bytes() > text.str.len_chars()
    return text.str.normalize("NFKC") if is_foreign.any() else text


def _times(text: pl.Series, kind: str, rule: Rule, zone: str) -> tuple[pl.Series, pl.Series | None]:
    read = times.read(text, rule, zone)
    is_unread = text.is_not_null() & read.is_null()
    problem = None
    if is_unread.any():
        problem = marked(marked(None, is_unread, "unreadable"), times.is_partial(text, rule), "partial_date")
        problem = marked(problem, is_unread & times.is_skipped(text, rule), "implausible")
    is_out = times.is_implausible(read, rule)
    value = read.set(is_out, None) if is_out.any() else read
    return value.cast(polars_type(kind)), marked(problem, is_out, "implausible")


def _numbers(text: pl.Series, kind: str, rule: Rule) -> pl.Series:
    """Numbers; one that a spreadsheet wrote as 3.0 is the whole number 3."""
    if rule.thousands:
        text = text.str.replace_all(rf"(\d){re.escape(rule.thousands)}(\d{{3}})", "$1$2").str.replace_all(
            rf"(\d){re.escape(rule.thousands)}(\d{{3}})", "$1$2"
        )
    if rule.decimal != ".":
        text = text.str.replace(rule.decimal, ".", literal=True)
    whole = text.str.replace(r"^([+-]?\d+)\.0+$", "$1")
    is_number = whole.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)$")
    digits = whole.set(~is_number.fill_null(False), None)
    if rule.scale == rule.divided_by == 1:
        return digits.cast(polars_type(kind), strict=False)
    scaled = digits.cast(pl.Float64, strict=False) * rule.scale / rule.divided_by
    return scaled.cast(polars_type(kind), strict=False)


def polars_type(kind: str) -> pl.DataType:
    """The type of a contract's column, as polars has it."""
    plain = {
        "varchar": pl.String(),
        "timestamp": pl.Datetime("us"),
        "date": pl.Date(),
        "integer": pl.Int32(),
        "bigint": pl.Int64(),
        "smallint": pl.Int16(),
    }
    decimal = re.fullmatch(r"decimal\((\d+), ?(\d+)\)", kind.lower())
    return pl.Decimal(int(decimal[1]), int(decimal[2])) if decimal else plain[kind.lower()]


def marked(problem: pl.Series | None, where: pl.Series | None, code: str) -> pl.Series | None:
    """The problems, with this one where it holds."""
    if where is None or not where.any():
        return problem
    if problem is None:
        problem = pl.Series([None], dtype=pl.String).new_from_index(0, len(where))
    return problem.set(where, code)
