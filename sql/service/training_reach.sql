-- One row for each term and series of trainings: how often it was held, who signed up, and who came.
--
-- Person-times (人次) and persons (人数) stand side by side and are never one for the other.  Events that only counted
-- heads have person-times and no persons.
--
-- grain: term, series
-- persons: persons
-- check persons_are_no_more_than_person_times: persons <= person_times

with held as (
    select
        calendar.term,
        coalesce(event.series, event.event_type) as series,
        count(*) as sessions,
        sum(event.registrations) as registrations,
        sum(event.attendees) as person_times
    from clean.event as event
    join ref.calendar_day as calendar on event.held_on = calendar.day
    where event.event_type in ('training', 'orientation', 'lecture') and calendar.term is not null
    group by calendar.term, coalesce(event.series, event.event_type)
),

person as (
    select
        calendar.term,
        coalesce(attendance.series, attendance.event_type) as series,
        attendance.patron_key,
        count(*) as registered,
        count(*) filter (where attendance.attendance = 'attended') as attended,
        count(*) filter (where attendance.attendance in ('attended', 'absent')) as told
    from clean.attendance as attendance
    join ref.calendar_day as calendar on attendance.held_on = calendar.day
    where attendance.event_type in ('training', 'orientation', 'lecture') and calendar.term is not null
    group by calendar.term, coalesce(attendance.series, attendance.event_type), attendance.patron_key
),

ranked as (
    select
        *,
        row_number() over (partition by term, series order by registered desc, patron_key) as registered_place,
        row_number() over (partition by term, series order by attended desc, patron_key) as attended_place
    from person
),

came as (
    select
        term,
        series,
        count(patron_key) filter (where attended > 0) as persons,
        sum(attended) as attended,
        sum(told) as told,
        max(registered) as registered_most,
        sum(registered) filter (where registered_place <= 2) as registered_two,
        max(attended) as attended_most,
        sum(attended) filter (where attended_place <= 2) as attended_two
    from ranked
    group by term, series
)

select
    held.term,                                                                -- 学期 | term #aggregate
    held.series,                                                              -- 系列 | series | the kind of event where the export gives none #aggregate
    held.sessions,                                                            -- 场次 | sessions #aggregate #even
    cast(held.registrations as bigint) as registrations,                      -- 报名人次 | registrations #aggregate
    cast(held.person_times as bigint) as person_times,                        -- 到场人次 | person-times | the same person twice counts twice; empty where nothing says who came #aggregate
    case when came.persons > 0 then came.persons end as persons,              -- 到场人数 | persons | each once; empty where nobody was named #aggregate
    cast(came.attended as double) / nullif(came.told, 0) as show_rate,        -- 到场率 | show rate | of those named of whom it is known #aggregate
    cast(came.registered_most as double) / nullif(held.registrations, 0) as registrations_largest_share,     -- 报名最多者占比 | share of who signed up most | never leaves #aggregate
    cast(came.registered_two as double) / nullif(held.registrations, 0) as registrations_two_largest_share,  -- 报名最多两者占比 | share of the two who signed up most | never leaves #aggregate
    cast(came.attended_most as double) / nullif(held.person_times, 0) as person_times_largest_share,         -- 到场最多者占比 | share of who came most | never leaves #aggregate
    cast(came.attended_two as double) / nullif(held.person_times, 0) as person_times_two_largest_share       -- 到场最多两者占比 | share of the two who came most | never leaves #aggregate
from held
left join came on held.term = came.term and held.series = came.series
