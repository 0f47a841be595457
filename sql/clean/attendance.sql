-- One row for each person and event: a person counts once, however many lines an event has of them.
--
-- Of several lines one that says attended wins, then one that says absent, then the latest registration.  Events of
-- a service that is never aimed at anybody (ref.protected_name) name nobody here; clean.event counts heads.
--
-- grain: event_key, patron_key
-- rebuild: month(held_on)
-- reads raw.event_attendance: starts_at, whole event_key
-- follows clean.patron_identifier: patron_key
-- check only_who_came_has_minutes: attendance = 'attended' or attended_minutes is null
-- check minutes_are_plausible: attended_minutes between 1 and 1440

with placed as (
    select
        event.event_key,
        coalesce(card.patron_key, event.patron_key) as patron_key,
        event.series,
        event.event_type,
        event.mode,
        event.starts_at,
        event.registered_at,
        event.attendance,
        event.credit_hours,
        case
            when event.attendance = 'attended' and date_diff('minute', event.starts_at, event.ends_at) between 1 and 1440
                then date_diff('minute', event.starts_at, event.ends_at)
        end as attended_minutes,
        case event.attendance when 'attended' then 1 when 'absent' then 2 else 3 end as strength,
        event.source_file,
        event.source_record
    from raw.event_attendance as event
    left join clean.patron_identifier as card
        on event.patron_key = card.identifier_key
        and event.starts_at >= card.valid_from
        and event.starts_at < card.valid_to
    where event.patron_key is not null
        and not exists (
            select 1
            from ref.protected_name as protected
            where contains(concat(event.series, ' ', event.title, ' ', event.place), protected.name)
        )
)

select
    event_key,
    patron_key,
    series,
    event_type,
    mode,
    starts_at,
    cast(starts_at as date) as held_on,  -- 活动日期 | held on
    registered_at,
    attendance,                          -- 到场 | attendance | attended, absent, registered, waitlisted or cancelled; only attended says that somebody came
    attended_minutes,                    -- 参与时长 | minutes attended | from start to end, for those who came; empty where the end is unknown or over a day later
    credit_hours
from placed
qualify row_number() over (
    partition by event_key, patron_key
    order by strength, attended_minutes desc, registered_at desc, attendance, source_file, source_record
) = 1
