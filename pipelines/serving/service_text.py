"""What a terminal is told of services, plans, runs and lists."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.serving.service_lists import Listed
from pipelines.serving.service_runs import Plan
from pipelines.warehouse import Warehouse

_SERVICES = """
with latest as (
    select max(term.starts_on) as starts_on
    from ref.term as term join (select distinct term from service.audience) as known on term.term = known.term
),
needed as (
    select audience.service, sum(audience.persons) as eligible, sum(audience.in_need) as in_need, sum(audience.stated) as stated
    from service.audience as audience
    join ref.term as term on audience.term = term.term
    join latest on term.starts_on = latest.starts_on
    group by audience.service
),
reached as (
    select service, count(*) filter (where stopped_by is null) as may_be_contacted from service.candidate group by service
),
ran as (select service, count(*) as runs from ledger.service_run group by service)
select catalogue.number, catalogue.service, catalogue.label_zh, needed.eligible, needed.in_need, needed.stated,
    reached.may_be_contacted, ran.runs, catalogue.status, catalogue.remark_en
from service.catalogue as catalogue
left join needed on catalogue.service = needed.service
left join reached on catalogue.service = reached.service
left join ran on catalogue.service = ran.service
order by catalogue.number
"""
_FIGURES = ("for", "in need", "stated it", "may be contacted", "runs")
_RUNS = """
select run.run_key, run.served, run.held_out, run.base_rate, run.detectable, run.frozen_at, run.frozen_by, run.expires_on,
    count(export.export_key) as lists, max(export.listed) as listed
from ledger.service_run as run
left join ledger.list_export as export on run.run_key = export.run_key
group by all order by run.frozen_at, run.run_key
"""


def service_lines(warehouse: Warehouse) -> Iterator[str]:
    """Every service in the latest term: how many it is for, need it and may be contacted as of the last day received; what it lacks."""
    for number, service, label_zh, *figures, status, remark in warehouse.rows_of(_SERVICES):
        told = [f"{name} {people:,}" for name, people in zip(_FIGURES, figures, strict=True) if people is not None]
        yield f"{number:>2}  {service} {label_zh}"
        yield f"    {status}{': ' if told else ''}{', '.join(told)}"
        if remark:
            yield f"    {remark}"


def run_lines(warehouse: Warehouse) -> Iterator[str]:
    """Every frozen run, the oldest first: a line to be copied, and one of figures."""
    runs = warehouse.rows_of(_RUNS)
    for run_key, served, held_out, base, rise, frozen_at, by, valid, lists, listed in runs:
        yield run_key
        yield f"    {served} served, {held_out} held out; base rate {_points(base)}, detectable {_points(rise)}"
        told = f"{lists} lists written, of {listed} people" if lists else "no list written yet"
        yield f"    frozen {frozen_at:%Y-%m-%d %H:%M} by {by}, valid until {valid}; {told}"
    if not runs:
        yield "nothing is frozen yet — `mingyuan service freeze SERVICE` shows what could be seen"


def plan_lines(plan: Plan) -> Iterator[str]:
    """What would be frozen, and what could be seen of its effect, before anything is written."""
    yield f"{plan.label_zh} {plan.label_en} (version {plan.version}) · {plan.term} · as of {plan.as_of} · for {plan.purpose}"
    units = plan.members["drawn_with"].n_unique()
    classes = f" in {units} classes, drawn by class" if plan.drawn_by == "class_group" else ""
    yield f"{plan.members.height} readers may be contacted{classes}"
    for rule, people in plan.stopped.items():
        yield f"    {people} more need it, but are stopped by {rule}"
    for rule in plan.unset:
        yield f"    the rule {rule} is not set, so nobody is stopped by it"
    if plan.remark:
        yield f"nobody is held out: {plan.remark}"
        return
    yield f"{_points(plan.base_rate)} of those it is for do so within {plan.window_days} days unasked; what could be seen (80 % power):"
    for share, rise in plan.shares.items():
        mark = " ← chosen" if share == plan.share else ""
        yield f"    {share:.0%} held out: {_rise(rise, share)}{mark}"
    if plan.detectable is None or plan.detectable > plan.worthwhile:
        yield f"    a rise of {_points(plan.worthwhile)} would be worth the work, and is too small to be seen among so few: pool terms"


def listed_lines(files: list[Path], listed: Listed, unknown: int) -> Iterator[str]:
    """Which lists were written, and who is not on them."""
    for rule, people in listed.dropped.items():
        yield f"left out: {people} by {rule}"
    if unknown:
        yield f"{unknown} without a number: the vault does not know them"
    for file in files:
        yield f"written: {file}"
    again = "" if listed.is_first else ", the same list as before: no contact is counted twice"
    yield f"{listed.people.height} people listed{again}"


def _rise(rise: float | None, share: float) -> str:
    if not share:
        return "nothing, since nobody waits"
    return "no rise at all" if rise is None else f"a rise of {_points(rise)} or more"


def _points(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f} %"
