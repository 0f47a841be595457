-- How many kinds of service each person in scope used in a term, of those that can be measured.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- view: usage
-- check nobody_uses_more_kinds_than_are_measured: service_breadth <= services_measured

with contribution as (
    select patron_key, term, sum(shifts) as shifts
    from fact.contribution_month
    group by all
),

service as (
    select
        roster.patron_key,
        roster.term,
        case when presence.visits > 0 then 1 else 0 end
        + case when reading.loans > 0 then 1 else 0 end
        + case when space_use.bookings_attended > 0 then 1 else 0 end
        + case when e_resource.resource_days > 0 then 1 else 0 end
        + case when participation.events_attended > 0 then 1 else 0 end
        + case when participation.consultations > 0 then 1 else 0 end
        + case when contribution.shifts > 0 and max(participation.contribution_hours) over everyone >= 0 then 1 else 0 end as used,
        case when max(presence.visits) over everyone >= 0 then 1 else 0 end
        + case when max(reading.loans) over everyone >= 0 then 1 else 0 end
        + case when max(space_use.bookings_attended) over everyone >= 0 then 1 else 0 end
        + case when max(e_resource.resource_days) over everyone >= 0 then 1 else 0 end
        + case when max(participation.events_attended) over everyone >= 0 then 1 else 0 end
        + case when max(participation.consultations) over everyone >= 0 then 1 else 0 end
        + case when max(participation.contribution_hours) over everyone >= 0 then 1 else 0 end as measured
    from fact.roster as roster
    left join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    left join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
    left join fact.space_use as space_use on roster.patron_key = space_use.patron_key and roster.term = space_use.term
    left join fact.e_resource as e_resource on roster.patron_key = e_resource.patron_key and roster.term = e_resource.term
    left join fact.participation as participation on roster.patron_key = participation.patron_key and roster.term = participation.term
    left join contribution on roster.patron_key = contribution.patron_key and roster.term = contribution.term
    window everyone as (partition by roster.term)
)

select
    patron_key,
    term,
    case when measured > 0 then cast(used as bigint) end as service_breadth,  -- 服务种类数 | kinds of service used | of gates, loans, spaces, electronic resources, events, questions and service given
    cast(measured as bigint) as services_measured                           -- 可测服务种类数 | kinds of service measured | in the term
from service
