"""What the gate of contacts is asked with: the rules, the calendar, who said no, who is held out, and every contact so far.

The rules themselves belong in :mod:`profiles.contact_gate`; which contacts there are is for sql/service/contact.sql to say.
"""

import datetime as dt

import polars as pl

from pipelines.errors import Problem
from pipelines.frames import read
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.contact_gate import Rules, gated, today

_CONTACTS = """
with contact as ({contact}),
acted as (
    select distinct contact.contact_key
    from contact
    join service.catalogue as catalogue on contact.service = catalogue.service
    join service.outcome_event as event
        on contact.service = event.service and contact.patron_key = event.patron_key
        and date_diff('day', contact.contacted_on, event.happened_on) between 0 and catalogue.window_days
)
select contact.patron_key, contact.service, contact.department, contact.contacted_on, contact.cap_class,
    case when acted.contact_key is not null then 'acted' else contact.response end as response
from contact
left join acted on contact.contact_key = acted.contact_key
"""
"""Who did what a service is meant to lead to has answered, whatever the mail system knows."""

_OPTED_OUT = """
with refused as (
    select patron_key, max(coalesce(responded_on, contacted_on)) as refused_on
    from ({contact}) where response = 'opted_out' group by patron_key
)
select patron_key, purpose from clean.consent where not is_given and year(valid_to) = 9999
union all
select refused.patron_key, 'contact' as purpose
from refused
left join clean.consent as consent
    on refused.patron_key = consent.patron_key and consent.purpose = 'contact' and consent.is_given
    and year(consent.valid_to) = 9999 and cast(consent.valid_from as date) > refused.refused_on
where consent.patron_key is null
"""
_HELD_OUT = """
select member.patron_key, run.service, cast(run.frozen_at as date) + run.window_days + 1 as until
from ledger.service_member as member
join ledger.service_run as run on member.run_key = run.run_key
where member.arm = 'held_out'
union all
select assigned.patron_key, assigned.service, assigned.assigned_on + coalesce(assigned.window_days, catalogue.window_days, 28) + 1 as until
from clean.service_assignment as assigned
left join service.catalogue as catalogue on assigned.service = catalogue.service
where assigned.arm = 'held_out'
"""
"""Out of lists frozen here, and out of trials drawn elsewhere."""
_NEEDED = """
with latest as (
    select max(term.starts_on) as starts_on
    from ref.term as term
    join (select distinct term from fact.roster) as known on term.term = known.term
),
chosen as (
    select term.term
    from ref.term as term
    cross join latest
    where case when $term is null then term.starts_on = latest.starts_on else term.term = $term end
)
select need.patron_key, need.service, need.term, horizon.as_of, roster.college, roster.class_group, roster.discipline_group,
    need.is_stated, need.strength, need.reasons, catalogue.owner as department, catalogue.cap_class, catalogue.purpose
from service.need as need
join chosen on need.term = chosen.term
join fact.roster as roster on need.patron_key = roster.patron_key and need.term = roster.term
join service.catalogue as catalogue on need.service = catalogue.service
cross join ref.horizon as horizon
where horizon.as_of is not null and ($service is null or need.service = $service)
order by need.service, need.patron_key
"""
_CALENDAR = "select day, term, period from ref.calendar_day"


def rules_of(warehouse: Warehouse) -> dict[str, int | None]:
    """The values of ref.contact_rule; None where one is left empty."""
    return dict(warehouse.rows_of("select rule, value from ref.contact_rule"))


def needed(warehouse: Warehouse, service: str | None = None, term: str | None = None) -> pl.DataFrame:
    """Who needs what in a term, or in the latest one, with what the gate and the lists have to know of them."""
    return read(warehouse, _NEEDED, {"service": service, "term": term})


def through_the_gate(warehouse: Warehouse, candidates: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The candidates with what stops each of them on a day, by all that the warehouse knows at this moment.

    Raises:
        Problem: the calendar does not reach to the day.

    """
    contact = models()["service.contact"].text
    rules = Rules.of(rules_of(warehouse))
    try:
        when = today(day, read(warehouse, _CALENDAR), rules)
    except ValueError as error:
        raise Problem(str(error)) from None
    return gated(
        candidates,
        read(warehouse, _CONTACTS.format(contact=contact)),
        read(warehouse, _OPTED_OUT.format(contact=contact)),
        read(warehouse, _HELD_OUT),
        when,
        rules,
    )
