"""Times as they are written, each read by hand beside what the project makes of it."""

import datetime as dt
import warnings

import polars as pl
import pytest
from pydantic import ValidationError

from pipelines.receiving import times
from pipelines.receiving.presets import Rule

Forms = str | list[str]


def read(text: str, forms: Forms) -> dt.datetime | None:
    rule = Rule.model_validate({"from": "at", "formats": forms})
    (found,) = times.read(pl.Series([text]), rule, "Asia/Shanghai")
    return found if found is None else dt.datetime.fromisoformat(str(found))


@pytest.mark.parametrize(
    ("text", "form", "meant"),
    [
        ("2026-03-01 24:00:00", "%Y-%m-%d %H:%M:%S", dt.datetime(2026, 3, 2)),
        ("2026-12-31 24:00", "%Y-%m-%d %H:%M", dt.datetime(2027, 1, 1)),
        ("20240228 2400", "%Y%m%d %H%M", dt.datetime(2024, 2, 29)),
        ("2026-03-01T24:00:00Z", "%Y-%m-%dT%H:%M:%S%z", dt.datetime(2026, 3, 2, 8)),
        ("2026-03-01 24:00:01", "%Y-%m-%d %H:%M:%S", None),
        ("2026-03-01 24:30:00", "%Y-%m-%d %H:%M:%S", None),
        ("2026-03-01 12:24:00", "%Y-%m-%d %H:%M:%S", dt.datetime(2026, 3, 1, 12, 24)),
    ],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(text: str, form: str, meant: dt.datetime | None) -> None:
    assert read(text, form) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026/3/1 上午 9:05", dt.datetime(2026, 3, 1, 9, 5)),
        ("2026/3/1 上午 12:05", dt.datetime(2026, 3, 1, 0, 5)),
        ("2026/3/1 下午 12:05", dt.datetime(2026, 3, 1, 12, 5)),
        ("2026/3/1 下午 9:05", dt.datetime(2026, 3, 1, 21, 5)),
        ("2026/3/1 PM 9:05", dt.datetime(2026, 3, 1, 21, 5)),
        ("2026/3/1 晚上 9:05", None),
    ],
)
def test_the_halves_of_a_day_have_chinese_names(text: str, meant: dt.datetime | None) -> None:
    assert read(text, "%Y/%m/%d %p %I:%M") == meant


def test_a_part_of_a_second_may_be_said_as_python_says_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read("01-MAR-26 08.05.00.123456 PM", "%d-%b-%y %I.%M.%S.%f %p") == dt.datetime(
            2026, 3, 1, 20, 5, 0, 123456
        )
    with pytest.raises(ValidationError, match=r"the part of a second: %\.f, or %3f"):
        read("20260301080500123", "%Y%m%d%H%M%S%f")


def test_a_day_of_the_month_is_no_year() -> None:
    assert read("01/03/26", ["%Y/%m/%d", "%d/%m/%y"]) == dt.datetime(2026, 3, 1)
    assert read("0001-01-01", "%Y-%m-%d") is None
    assert read("1564-04-26", "%Y-%m-%d") == dt.datetime(1564, 4, 26)
