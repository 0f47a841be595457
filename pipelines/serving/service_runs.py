"""Freezing the list of a service: who is served, who is held out, and what a comparison can show, all before anybody is contacted.

A run is written once and never changed.  Writing lists for librarians belongs in
:mod:`pipelines.serving.service_lists`; what came of a run is judged elsewhere.
"""

import datetime as dt
import getpass
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.campus import Campus
from pipelines.errors import Misconfigured, Problem
from pipelines.frames import read
from pipelines.modelling.slips import suggestion
from pipelines.quoting import literal
from pipelines.receiving import ledger
from pipelines.serving import service_selects
from pipelines.serving.service_contacts import needed, rules_of, through_the_gate
from pipelines.serving.service_state import site_catalogue
from pipelines.serving.services import Service
from pipelines.site import Site
from pipelines.warehouse import Warehouse
from profiles.contact_gate import Rules
from profiles.holdout import HELD_OUT, SERVED, drawn
from profiles.power import SHARES, chosen_share, detectable, effective

_NEVER = dt.date(9999, 12, 31)
_BASELINE = """
select patron_key, count(*) as baseline from service.outcome_event
where service = $service and happened_on > cast($as_of as date) - $days and happened_on <= cast($as_of as date)
group by patron_key
"""
_MEMBERS = ("run_key", "patron_key", "arm", "drawn_with", "baseline", "reasons")


@dataclass(frozen=True)
class Plan:
    """A list as it would be frozen now."""

    run_key: str
    service: str
    version: int
    label_zh: str
    label_en: str
    purpose: str
    term: str
    as_of: dt.date
    window_days: int
    drawn_by: str
    members: pl.DataFrame
    """With drawn_with, baseline and reasons."""
    stopped: dict[str, int]
    """By rule, how many who need the service may not be contacted."""
    unset: list[str]
    """Rules of contact that do not hold here."""
    base_rate: float
    shares: dict[float, float | None]
    """What could be seen with each share held out."""
    share: float
    expires_on: dt.date
    worthwhile: float
    remark: str | None = None
    """Why nobody is held out."""

    @property
    def detectable(self) -> float | None:
        return self.shares.get(self.share)


def now(campus: Campus) -> dt.datetime:
    """The moment by the library's own clock."""
    return dt.datetime.now(ZoneInfo(campus.timezone)).replace(tzinfo=None)


def plan(warehouse: Warehouse, site: Site, code: str, term: str | None, share: float | None, today: dt.date) -> Plan:
    """The list of a service as it stands, with what could be seen of its effect; nothing is written.

    Raises:
        Misconfigured: there is no such service or term.
        Problem: the service lists nobody here, or nobody may be contacted, or the list is frozen already.

    """
    service = _service(warehouse, site, code)
    people = needed(warehouse, code, term)
    if people.is_empty():
        raise Problem(f"{code}: nobody needs it{f' in {term}' if term else ''} — `mingyuan service` counts the needs")
    as_of, term = people["as_of"][0], str(people["term"][0])
    _refuse_twice(warehouse, code, term, as_of)
    gate = through_the_gate(warehouse, people, today)
    stopped = dict(gate.drop_nulls("stopped_by").group_by("stopped_by").len().sort("stopped_by").iter_rows())
    members = gate.filter(pl.col("stopped_by").is_null())
    if members.is_empty():
        raise Problem(
            f"{code}: no one of {gate.height} may be contacted: {_told(stopped)} — wait, or see ref.contact_rule"
        )
    is_told = _is_told(warehouse, code)
    remark = _why_not(service, is_told)
    window = service.outcome.days if service.outcome else 0
    baseline = read(warehouse, _BASELINE, {"service": code, "as_of": as_of, "days": window})
    members = _with_baseline(members, baseline, is_told, service)
    base_rate = _base_rate(warehouse, service, code, term, baseline) if is_told else 0.0
    units = members["drawn_with"].n_unique()
    counted = effective(members.height, units, service.alike_in_class) if service.taught_together else members.height
    wanted = share if share is not None else chosen_share(counted, base_rate, service.worthwhile)
    chosen = 0.0 if remark else wanted
    values = rules_of(warehouse)
    valid = values["list_valid_days"]
    return Plan(
        run_key=f"{code}.{service.version}.{term}.{as_of:%Y%m%d}",
        service=code,
        version=service.version,
        label_zh=service.name.zh,
        label_en=service.name.en,
        purpose=str(service.purpose),
        term=term,
        as_of=as_of,
        window_days=window,
        drawn_by=service.drawn_by,
        members=members,
        stopped=stopped,
        unset=Rules.of(values).unset,
        base_rate=base_rate,
        shares={s: detectable(base_rate, counted * (1 - s), counted * s) for s in sorted({*SHARES, chosen})},
        share=chosen,
        expires_on=_NEVER if valid is None else today + dt.timedelta(days=valid),
        worthwhile=service.worthwhile,
        remark=remark,
    )


def freeze(warehouse: Warehouse, site: Site, planned: Plan, moment: dt.datetime) -> tuple[int, int]:
    """Write a plan down as a run, drawn with the site's key: how many are served, and how many held out."""
    key = ledger.keyring(warehouse, site).hmac_key
    members = drawn(planned.members, planned.run_key, planned.share, key).with_columns(run_key=pl.lit(planned.run_key))
    counts = dict(members.group_by("arm").len().iter_rows())
    served, held_out = counts.get(SERVED, 0), counts.get(HELD_OUT, 0)
    run = {
        "run_key": planned.run_key,
        "service": planned.service,
        "service_version": planned.version,
        "purpose": planned.purpose,
        "term": planned.term,
        "as_of": planned.as_of,
        "window_days": planned.window_days,
        "drawn_by": planned.drawn_by,
        "holdout_share": planned.share,
        "base_rate": planned.base_rate,
        "detectable": planned.detectable,
        "served": served,
        "held_out": held_out,
        "frozen_at": moment,
        "frozen_by": getpass.getuser(),
        "expires_on": planned.expires_on,
    }
    warehouse.connection.register("frozen_members", members.select(_MEMBERS).to_arrow())
    try:
        with warehouse.transaction() as connection:
            _refuse_twice(warehouse, planned.service, planned.term, planned.as_of)
            places = ", ".join(f"${name}" for name in run)
            connection.execute(f"insert into ledger.service_run ({', '.join(run)}) values ({places})", run)
            connection.execute("insert into ledger.service_member by name select * from frozen_members")
    finally:
        warehouse.connection.unregister("frozen_members")
    return served, held_out


def _service(warehouse: Warehouse, site: Site, code: str) -> Service:
    catalogue, _ = site_catalogue(site)
    if code not in catalogue.services:
        raise Misconfigured(f"there is no service ‘{code}’{suggestion(code, catalogue.services)}")
    found = warehouse.rows_of("select is_need_told, remark_en from service.catalogue where service = ?", [code])
    if not found:
        raise Problem(f"{code}: the warehouse does not know it yet — `mingyuan run` first")
    ((is_need_told, remark),) = found
    if not is_need_told:
        raise Problem(f"{code}: lists nobody here — {remark or 'no sign of a need is described'}")
    return catalogue.services[code]


def _refuse_twice(warehouse: Warehouse, code: str, term: str, as_of: dt.date) -> None:
    query = "select run_key from ledger.service_run where service = ? and term = ? and as_of = ?"
    for (run_key,) in warehouse.rows_of(query, [code, term, as_of]):
        raise Problem(
            f"{run_key}: frozen already, and a frozen list is never changed — `mingyuan service list {run_key}`"
        )


def _is_told(warehouse: Warehouse, code: str) -> bool:
    return bool(warehouse.rows_of("select 1 from service.catalogue where service = ? and is_outcome_told", [code]))


def _why_not(service: Service, is_told: bool) -> str | None:
    if service.cap_class == "transactional":
        return "a basic service is held back from nobody"
    return None if is_told else "what came of it cannot be measured here, so there is nothing to compare"


def _with_baseline(people: pl.DataFrame, baseline: pl.DataFrame, is_told: bool, service: Service) -> pl.DataFrame:
    taught = pl.concat_str("college", "class_group", separator="/")
    drawn_with = pl.coalesce(taught, "patron_key") if service.taught_together else pl.col("patron_key")
    before = pl.col("baseline").fill_null(0).cast(pl.Float64) if is_told else pl.lit(None, pl.Float64)
    joined = people.join(baseline, on="patron_key", how="left", maintain_order="left")
    return joined.with_columns(drawn_with=drawn_with, baseline=before)


def _base_rate(warehouse: Warehouse, service: Service, code: str, term: str, baseline: pl.DataFrame) -> float:
    """The share of all whom the service is for who did of late what it is meant to lead to.

    Of those picked for having done nothing too few would be expected: many come back unasked.
    """
    query = f"select patron_key from ({service_selects.eligible(service)}) where term = {literal(term)}"
    eligible = read(warehouse, query)
    return eligible.join(baseline, on="patron_key").height / eligible.height if eligible.height else 0.0


def _told(stopped: dict[str, int]) -> str:
    return ", ".join(f"{rule} {people}" for rule, people in stopped.items())
