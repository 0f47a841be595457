-- One row for each person, role, activity and day on which they served.
--
-- Shifts have no number of their own: the same line twice in one file is two shifts, in two files it is one.
--
-- grain: patron_key, role, activity, served_on
-- rebuild: month(served_on)
-- follows clean.patron_identifier: patron_key
-- check hours_are_not_negative: hours >= 0

with shift as (
    select
        coalesce(card.patron_key, contribution.patron_key) as patron_key,
        contribution.role,
        contribution.activity,
        contribution.served_on,
        case when contribution.hours >= 0 then contribution.hours end as hours,
        contribution.source_file
    from raw.contribution as contribution
    left join clean.patron_identifier as card
        on contribution.patron_key = card.identifier_key
        and contribution.served_on >= cast(card.valid_from as date)
        and contribution.served_on < cast(card.valid_to as date)
),

in_file as (
    select
        patron_key,
        role,
        activity,
        served_on,
        hours,
        source_file,
        count(*) as shifts
    from shift
    group by all
),

told as (
    select
        patron_key,
        role,
        activity,
        served_on,
        hours,
        max(shifts) as shifts
    from in_file
    group by patron_key, role, activity, served_on, hours
)

select
    patron_key,
    role,
    activity,
    served_on,
    cast(sum(shifts) as bigint) as shifts,                                                         -- 班次 | shifts
    case when count(*) = count(hours) then cast(sum(hours * shifts) as decimal(18, 2)) end as hours  -- 服务时长 | hours | empty where those of any shift are unknown
from told
group by patron_key, role, activity, served_on
