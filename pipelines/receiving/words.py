"""The kinds of value that a line of a preset or site file may hold, each checked as it is read.

Which lines there are, :mod:`pipelines.receiving.presets` and :mod:`pipelines.campus` say.
"""

import datetime as dt
import re
from pathlib import PurePosixPath
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class Strict(BaseModel):
    """A part of a preset or site file, in which every word counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _written(value: Any) -> Any:
    """YAML reads 2024 as a number and 1919-01-01 as a day; a preset means the text."""
    is_plain = isinstance(value, int | float | dt.date) and not isinstance(value, bool)
    return str(value) if is_plain else value


def _is_pattern(value: str) -> str:
    import polars as pl

    try:
        re.compile(value)
        pl.select(pl.lit("").str.contains(value))
    except (re.error, pl.exceptions.ComputeError):
        raise ValueError(f"{value!r} is not a regular expression") from None
    return value


def _has_one_group(value: str) -> str:
    if re.compile(value).groups != 1:
        raise ValueError(f"{value!r} needs exactly one group in parentheses: the part to keep")
    return value


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from None
    return value


def _is_inside(value: str) -> str:
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{value!r} must lie inside the landing folder")
    return value


def _is_day(value: str) -> str:
    dt.datetime.fromisoformat(value)
    return value


def _with_zones(value: Any) -> Any:
    return dict.fromkeys(_listed(value)) if isinstance(value, str | list | tuple) else value


def _are_forms(value: dict[str, Any]) -> dict[str, Any]:
    from pipelines.receiving.time_forms import is_form, other_way_round

    for form in value:
        if (other := other_way_round(form)) != form and other in value:
            raise ValueError(
                f"05/03 is read by whichever of {form!r} and {other!r} stands first — say only one of them"
            )
        if not is_form(form):
            raise ValueError(
                f"{form!r} is not a way of writing a time, with its year, such as %Y-%m-%d %H:%M:%S (seconds or thousandths since 1970: epoch_s, epoch_ms; a spreadsheet's days: excel_days; a zone: %z; the part of a second: %.f, or %3f where no point parts it)"
            )
    return value


def _have_quotes(value: Any) -> Any:
    for code in value if isinstance(value, dict) else ():
        if not isinstance(code, str):
            raise ValueError(
                f"the code {code!r} stands without quotes, and so 01 is read as 1 and Yes as true — put the code in quotes, as '01' or 'Yes'"
            )
    return value


Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, BeforeValidator(_written)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Codes = Annotated[dict[str, Text], BeforeValidator(_have_quotes)]
"""What each code means; YAML takes some for numbers, or for yes and no."""
Headings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A heading as the file writes it, or several of which a file carries one; where two are the same, 时间.1 is the first."""
Pattern = Annotated[str, AfterValidator(_is_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_listed)]
Extraction = Annotated[Pattern, AfterValidator(_has_one_group)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Day = Annotated[Text, AfterValidator(_is_day)]
Globs = Annotated[tuple[Annotated[str, AfterValidator(_is_inside)], ...], BeforeValidator(_listed)]
"""Which files below the landing folder."""
Formats = Annotated[dict[str, Zone | None], BeforeValidator(_with_zones), AfterValidator(_are_forms)]
"""Ways of writing a time, each with its zone if that is not the rule's."""
Delimiter = Annotated[str, BeforeValidator(lambda value: {"tab": "\t"}.get(value, value)), Field(pattern=r"^[\t -~]$")]
Quote = Annotated[
    Annotated[str, Field(pattern=r"^[!-~]$")] | None,
    BeforeValidator(lambda value: None if value == "none" else value),
]


class Rejects(Strict):
    """From which share of unfit records on a file is remarked upon, and from which it is refused."""

    warn: Share = 0.01
    stop: Share = 0.5


class After(Strict):
    """A heading line that follows so many lines of something else."""

    after: int = Field(ge=0, le=1000)
