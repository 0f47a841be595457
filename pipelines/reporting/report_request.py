"""A report on request: a unit and a period of its own, told by the same tables through the same gate.

A period is a term of its own: a warehouse in a private folder is made with a calendar in which it
stands as one, beside the same days of the year before, by the assets that make every night's.  Fewer
people than the site allows can never be asked for, only more.  What may be said of it belongs in
:mod:`pipelines.reporting.report_release`.
"""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.campus import Campus
from pipelines.errors import Misconfigured, Problem
from pipelines.modelling.slips import suggestion
from pipelines.paths import REFERENCE, REPORTS
from pipelines.portraying.past import Moment, Past, refuse_before_what_is_kept, warehouse_at
from pipelines.releasing.dominance import dominated, without_dominated
from pipelines.releasing.periods import Span, name_of, refuse_near_ends
from pipelines.releasing.release import rules_of
from pipelines.reporting.recipients import LIBRARY, Shelves
from pipelines.reporting.report_files import write_file
from pipelines.reporting.report_release import as_told, beside, horizon, of_periods, release_asked, told_before
from pipelines.reports import ENDING, Template, document, groups, own_tables, read_template, read_templates
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.captions import SiteWords, Words
from profiles.disclosure import Rules

_DOMINANCE = "fact.dominance"


@dataclass(frozen=True)
class Request:
    """What somebody wants to be told."""

    report: str
    unit: str
    first_day: dt.date
    last_day: dt.date
    lang: str
    sections: tuple[str, ...]
    small_cell: int | None
    is_printed: bool


class _PeriodSite(Site):
    """The site with one period for a term."""

    first_day: str
    last_day: str
    calendar: str

    @property
    def campus(self) -> Campus:
        campus = super().campus
        reference = campus.reference | {"term": Path(self.calendar)}
        return campus.model_copy(update={"reference": reference, "terms": "academic"})


def answer(site: Site, request: Request, shelves: Shelves) -> Path:
    """Write one file for the request into the library's own folder, and say where it is.

    Raises:
        Misconfigured: the report, a section, the unit or the period cannot be told of.
        Problem: what is asked would give people away beside what was told before.

    """
    template, campus = _template(request), site.campus
    small_cell, rules = _small_cell(campus, request), rules_of(campus)
    warehouse = Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit)
    with warehouse.opened():
        request, before = _period(warehouse, request, rules)
    with _warehouse_of(site, request, before, template) as past:
        frames = {name: _exact(past, name, rules) for name in template.reads}
        words = _words(campus, small_cell, past)
    _refuse_what_is_not_known(template, frames, request)
    own = {
        name: of_periods(frame) for name, frame in beside(own_tables(template, request.unit, frames), frames).items()
    }
    with warehouse.opened():
        release_asked(warehouse, frames, own, rules, f"{request.unit}, {request.first_day} to {request.last_day}")
        tables = own_tables(template, request.unit, as_told(warehouse, own, rules, small_cell))
    _refuse_what_is_not_told(template, tables, request, small_cell)
    html = document(template, request.unit, tables, words, request.lang, chosen=request.sections).html
    return write_file(
        shelves.of(LIBRARY) / "requested" / _name(request, small_cell), _content(html, request.is_printed)
    )


def _period(warehouse: Warehouse, request: Request, rules: Rules) -> tuple[Request, Span | None]:
    """The request for the days that are known, and the same days of the year before where they may be told beside it."""
    if request.last_day <= request.first_day:
        raise Misconfigured(f"--to {request.last_day}: must lie after --from {request.first_day}")
    known = replace(request, last_day=min(request.last_day, horizon(warehouse)))
    refuse_before_what_is_kept(warehouse, known.first_day)
    told, period = told_before(warehouse), (known.first_day, known.last_day)
    refuse_near_ends(period, told, rules.days_apart)
    before = (_a_year_before(known.first_day), _a_year_before(known.last_day))
    try:
        refuse_before_what_is_kept(warehouse, before[0])
        refuse_near_ends(before, [*told, period], rules.days_apart)
    except Problem:
        return known, None
    return known, before if before[1] < known.first_day else None


def _template(request: Request) -> Template:
    path = REPORTS / f"{request.report}{ENDING}"
    known = [template for template in read_templates() if template.sections]
    if path not in {template.path for template in known}:
        names = [template.name for template in known]
        raise Misconfigured(
            f"{request.report}: no such report on request{suggestion(request.report, names)} — there are {', '.join(names)}"
        )
    template = read_template(path)
    for section in request.sections:
        if section not in template.sections:
            raise Misconfigured(
                f"--sections {section}: no such section{suggestion(section, template.sections)} — there are {', '.join(template.sections)}"
            )
    return template


def _small_cell(campus: Campus, request: Request) -> int:
    wanted = request.small_cell or campus.small_cell
    if wanted < campus.small_cell:
        raise Misconfigured(
            f"--k {wanted}: the site shows nothing of fewer than {campus.small_cell} people — k can only be raised"
        )
    return wanted


@contextmanager
def _warehouse_of(site: Site, request: Request, before: Span | None, template: Template) -> Iterator[Past]:
    with tempfile.TemporaryDirectory(prefix="period-") as folder:
        calendar = Path(folder) / "term.csv"
        write_file(calendar, _calendar(site.campus, (request.first_day, request.last_day), before).write_csv().encode())
        asked = _PeriodSite(
            file=site.file,
            first_day=str(request.first_day),
            last_day=str(request.last_day),
            calendar=str(calendar),
        )
        moment, tables = Moment(as_of=request.last_day), [*template.reads, _DOMINANCE]
        with warehouse_at(asked, moment, tables, is_of_own_terms=True) as past:
            yield past


def _calendar(campus: Campus, period: Span, before: Span | None) -> pl.DataFrame:
    """The period and the one before it as terms, and of the site's own terms those that they leave whole."""
    terms = pl.read_csv(campus.reference.get("term", REFERENCE / "term.csv"), infer_schema=False)
    asked = [_term(period, before), *([_term(before, None)] if before else [])]
    for term in asked:
        terms = terms.filter((pl.col("ends_on") < term["starts_on"]) | (pl.col("starts_on") > term["ends_on"]))
    left = pl.concat([terms, pl.DataFrame(asked, schema=terms.schema)])
    named = set(left["term"])
    return left.with_columns(compare_to=pl.when(pl.col("compare_to").is_in(named)).then("compare_to")).sort("starts_on")


def _term(span: Span, compared: Span | None) -> dict[str, Any]:
    first, last = span
    return {
        "term": name_of(span),
        "academic_year": str(first.year),
        "season": "year",
        "starts_on": str(first),
        "ends_on": str(last),
        "week1_monday": str(first - dt.timedelta(days=first.weekday())),
        "teaching_weeks": str((last - first).days // 7 + 1),
        "exam_from": None,
        "compare_to": name_of(compared) if compared else None,
        "label_zh": f"{first} 至 {last}",
        "label_en": f"{first} to {last}",
    }


def _a_year_before(day: dt.date) -> dt.date:
    """The same weekday about a year before."""
    return day - dt.timedelta(weeks=52)


def _exact(past: Past, name: str, rules: Rules) -> pl.DataFrame:
    """A table of the private warehouse, but for figures of which one or two people make the most."""
    frame: pl.DataFrame = past.connection.sql(f"select * from {name}").pl()
    model = models()[name]
    return without_dominated(model, frame, dominated(past.connection, rules, [(model, frame)]), rules)


def _words(campus: Campus, small_cell: int, past: Past) -> SiteWords:
    ((as_of,),) = past.connection.sql("select max(as_of) from ref.horizon").fetchall()
    name, unit = campus.name, campus.unit
    return SiteWords(Words(name.zh, name.en), Words(unit.zh, unit.en), small_cell=small_cell, as_of=str(as_of or ""))


def _refuse_what_is_not_known(template: Template, frames: Mapping[str, pl.DataFrame], request: Request) -> None:
    names = groups(template, frames)
    if request.unit not in names:
        raise Misconfigured(
            f"--unit {request.unit}: nobody of that name in the period{suggestion(request.unit, names)}"
        )
    first = frames[template.reads[0]]
    if "term" in first.columns and first["term"][0] != name_of((request.first_day, request.last_day)):
        raise Problem(
            f"{request.first_day} to {request.last_day}: too few days were received to tell of it — choose a longer period, or one that the exports cover"
        )


def _refuse_what_is_not_told(
    template: Template, tables: Mapping[str, pl.DataFrame], request: Request, small_cell: int
) -> None:
    first = tables[template.reads[0]]
    if first["withheld"].all():
        raise Problem(
            f"{request.unit}, {request.first_day} to {request.last_day}: fewer than {small_cell} people, or so few more or"
            " fewer than were told of before that they would be given away — choose other days"
        )


def _content(html: str, is_printed: bool) -> bytes:
    if not is_printed:
        return html.encode()
    from pipelines.reporting.pdf import pdf

    return pdf(html)


def _name(request: Request, small_cell: int) -> str:
    asked = "\0".join([request.unit, *request.sections, str(small_cell)])
    mark = hashlib.sha256(asked.encode()).hexdigest()[:8]
    ending = "pdf" if request.is_printed else "html"
    return f"{request.report}-{mark}-{request.first_day}-{request.last_day}.{request.lang}.{ending}"
