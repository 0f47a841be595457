"""The site file: what this campus is called, where its files lie, which exports it takes in.

Only reading and checking stands here.  What an export's lines mean belongs in
:mod:`pipelines.receiving.presets`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from pipelines import paths
from pipelines.errors import Misconfigured
from pipelines.modelling.slips import first_problem, suggestion, words_of
from pipelines.modelling.yaml_lines import lines_of
from pipelines.receiving.contracts import Contract, against
from pipelines.receiving.presets import PARTS, Lines, Source
from pipelines.receiving.words import Strict, Zone

SITE_VARIABLE = "MINGYUAN_SITE"
"""Names the site file where it is not ``campus.yml`` in the project's root."""


Lined = TypeVar("Lined")
Given = Annotated[Lined, BeforeValidator(lambda lines: {} if lines is None else lines)]
"""Lines, of which there may be none: YAML makes nothing at all of a key with none behind it."""


class Words(Strict):
    """One name in two languages."""

    zh: str
    en: str


class CalendarYears(Strict):
    """A campus whose terms are calendar years, as for historical records."""

    calendar_years: tuple[Annotated[int, Field(ge=1, le=9999)], Annotated[int, Field(ge=1, le=9999)]]

    @model_validator(mode="after")
    def _in_order(self) -> "CalendarYears":
        if self.last_year < self.first_year:
            raise ValueError("the last year comes before the first")
        return self

    @property
    def first_year(self) -> int:
        return self.calendar_years[0]

    @property
    def last_year(self) -> int:
        return self.calendar_years[1]


class Schedules(Strict):
    """When the work is done, as cron lines in the campus's time."""

    nightly: str = "30 2 * * *"
    termly: str = "0 4 1 3,9 *"


class Campus(Strict):
    """The configuration of one site, with every path absolute."""

    name: Words
    timezone: Zone = "Asia/Shanghai"
    data: Path = Path("data")
    landing: Path = Path("landing")
    """Where exports arrive; within ``data`` unless the site file says otherwise."""
    lake: Path = Path("lake")
    """Where tables are handed to another engine (MINGYUAN_ENGINE): a place that every machine of its cluster sees under this path."""
    key_file: Path = Path("secrets/keyring.json")
    unit: Words = Words(zh="学院", en="College")
    terms: Literal["academic"] | CalendarYears = "academic"
    service_day_starts: int = Field(5, ge=0, le=12)
    """The hour before which a visit belongs to the day before."""
    double_swipe_seconds: int = Field(60, ge=0)
    """A second swipe within so many seconds is the same passage."""
    longest_stay_minutes: int = Field(960, ge=1, le=1440)
    longest_night_minutes: int = Field(720, ge=1, le=1440)
    """The longest stay that may reach into the next service day."""
    class_scheme: Literal["clc", "lcc", "ddc", "none"] = "clc"
    """How call numbers are classed, ``none`` where they are not; ``class_scheme`` under ``reference`` tells parts of the stock apart."""
    small_cell: int = Field(10, ge=5)
    """The fewest people behind any figure that leaves."""
    disclosure: Literal["exact", "simple"] = "exact"
    """exact rounds numbers of people to five and hides what would give a small one back; simple rounds to ten and seldom needs to hide more."""
    largest_share: float = Field(0.5, gt=0, le=1)
    """No mean or total of a group leaves of which one person makes more than this share."""
    two_largest_share: float = Field(0.8, gt=0, le=1)
    """The same, of the two who make most of it."""
    nearest_share: float = Field(0.15, ge=0, lt=1)
    """No mean leaves from which, all else being known, what one person does could be worked out to within this share of it."""
    days_apart: int = Field(28, ge=7)
    """Periods that are reported on begin and end on the same days, or so many days apart."""
    peer_group: int = Field(30, ge=10)
    """The fewest people among whom a percentile is taken."""
    active_days_floor: int = Field(2, ge=1)
    """On so many days in a term a reader must have been seen to count as active."""
    dormant_after_weeks: int = Field(8, ge=1)
    """Before so many weeks of a running term have passed, nobody is called absent."""
    coverage_floor: float = Field(0.8, ge=0, le=1)
    """A term of which less than this share of open days was received is not measured."""
    reference: dict[str, Path] = Field(default_factory=dict)
    schedules: Schedules = Schedules()
    retention: Given[dict[str, Annotated[str, Field(pattern=r"^[1-9]\d{0,2} months?$")]]] = Field(default_factory=dict)
    """Feed → how long its records are kept; those of others, as long as the site keeps its data."""
    memory_limit: str = Field("4GB", pattern=r"^\d+ ?(MB|GB)$")
    parser_memory_mb: int = Field(2048, ge=512)
    parser_seconds: int = Field(600, ge=1)
    largest_file_mb: int = Field(8192, ge=1)
    sources: Given[dict[str, Given[dict[str, Any]]]] = Field(default_factory=dict)
    """Name of an export → ``preset`` and the lines that differ from it, of which there may be none."""

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse" / "mingyuan.duckdb"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def reports(self) -> Path:
        return self.data / "reports"

    @property
    def spool(self) -> Path:
        return self.data / "spool"

    @property
    def vault(self) -> Path:
        return self.data / "vault"

    @property
    def dagster(self) -> Path:
        return self.data / "dagster"


def site_path() -> Path:
    """The site file in force: the one named in the environment, else campus.yml, else the demo campus's."""
    named = os.environ.get(SITE_VARIABLE)
    if named:
        return Path(named)
    own = paths.ROOT / "campus.yml"
    return own if own.exists() else paths.ROOT / "campus.example.yml"


def read_campus(path: Path) -> Campus:
    """The site's configuration.

    Raises:
        Misconfigured: the file is missing, or says something that it cannot mean.

    """
    if not path.is_file():
        raise Misconfigured(f"{path.name}: no such file — copy campus.example.yml to begin with")
    try:
        campus = Campus.model_validate(lines_of(path))
    except ValidationError as error:
        raise first_problem(error, path.name, words_of(Campus, Words, CalendarYears, Schedules), {}) from None
    for name, lines in campus.sources.items():
        _source(name, lines, path.name)
    rooted = _rooted(campus, path.resolve().parent)
    _refuse_reference(rooted, path.name)
    return rooted


def sources(campus: Campus, contracts: Mapping[str, Contract]) -> list[Source]:
    """The exports of this campus, each held to the contract of its feed.

    Raises:
        Misconfigured: a preset or feed is unknown, or a line contradicts the contract.

    """
    resolved = [_source(name, lines) for name, lines in campus.sources.items()]
    for source in resolved:
        if source.feed not in contracts:
            raise Misconfigured(
                f"source {source.name}: no feed is called ‘{source.feed}’{suggestion(source.feed, contracts)}"
            )
        against(source, contracts[source.feed])
    return resolved


def _refuse_reference(campus: Campus, file: str) -> None:
    """Refuse files of the site's own that would never be read, or are not there."""
    known = {path.stem for path in paths.REFERENCE.iterdir()}
    for name, path in campus.reference.items():
        if name not in known:
            raise Misconfigured(f"{file}: reference: no table is called ‘{name}’{suggestion(name, known)}")
        if not path.is_file():
            raise Misconfigured(
                f"{file}: reference.{name}: there is no file {path} — put it there, or take out the line"
            )


def _source(name: str, lines: Mapping[str, Any], file: str = "campus.yml") -> Source:
    own = {key: value for key, value in lines.items() if key != "preset"}
    given = {"feed", "files", "columns"} & own.keys()
    is_inline = "preset" not in lines and (len(given) == 3 or (len(given) == 2 and name not in _known()))
    merged = own if is_inline else _merged(_preset(f"{file}: sources.{name}", str(lines.get("preset", name))), own)
    try:
        return Source.model_validate({**merged, "name": name})
    except ValidationError as error:
        raise first_problem(error, f"{file}: sources.{name}", words_of(Lines) | {"preset"}, PARTS) from None


def _merged(preset: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The preset with the site's lines over it; columns one by one, and none at all where the site says null."""
    columns = {**preset.get("columns", {}), **(own.get("columns") or {})}
    return {**preset, **own, "columns": {name: rule for name, rule in columns.items() if rule is not None}}


def _preset(where: str, preset: str, built_on_it: tuple[str, ...] = ()) -> dict[str, Any]:
    """The lines of a preset, over those of the preset that it builds on."""
    known = _known()
    if preset not in known:
        raise Misconfigured(f"{where}: no preset is called ‘{preset}’{suggestion(preset, known)}")
    if preset in built_on_it:
        circle = " → ".join([*built_on_it, preset])
        raise Misconfigured(f"{where}: presets build on each other in a circle, {circle} — take out one preset: line")
    lines = lines_of(known[preset])
    if "preset" not in lines:
        return lines
    return _merged(_preset(f"{preset}.yml", str(lines.pop("preset")), (*built_on_it, preset)), lines)


def _known() -> dict[str, Path]:
    return {path.stem: path for path in paths.PRESETS.glob("*.yml")}


def _rooted(campus: Campus, folder: Path) -> Campus:
    data = (folder / campus.data).resolve()
    if set(str(data)) & set("*?[]"):
        raise Misconfigured(
            f"data: {data} holds one of * ? [ ], which databases read as a pattern — choose another folder"
        )
    is_given = campus.model_fields_set
    return campus.model_copy(
        update={
            "data": data,
            "landing": ((folder if "landing" in is_given else data) / campus.landing).absolute(),
            "lake": ((folder if "lake" in is_given else data) / campus.lake).absolute(),
            "key_file": ((folder if "key_file" in is_given else data) / campus.key_file).absolute(),
            "reference": {name: (folder / path).resolve() for name, path in campus.reference.items()},
        }
    )
