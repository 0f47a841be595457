-- One row for each event, with how many registered and how many came, by name and by head count.
--
-- grain: event_key
-- check as_many_came_as_are_named: attendees >= named_attendees

with described as (
    select
        event_key,
        min(title) as title,
        min(series) as series,
        min(event_type) as event_type,
        min(place) as place,
        min(mode) as mode,
        min(starts_at) as starts_at,
        max(attendees) as heads,
        count(*) filter (where patron_key is null and attendees is null) as unnamed,
        count(*) filter (where patron_key is null and attendees is null and attendance = 'attended') as unnamed_attendees,
        count(*) filter (where attendees is not null or attendance in ('attended', 'absent')) as lines_that_say
    from raw.event_attendance
    group by event_key
),

named as (
    select event_key, count(*) as people, count(*) filter (where attendance = 'attended') as attendees
    from clean.attendance
    group by event_key
)

select
    described.event_key,
    described.title,
    described.series,
    described.event_type,
    described.place,
    described.mode,
    described.starts_at,                                              -- 开始时间 | starts at | the first there is
    cast(described.starts_at as date) as held_on,                     -- 活动日期 | held on
    coalesce(named.people, 0) + described.unnamed as registrations,   -- 报名人数 | registrations | people named in any way, and lines without a name #aggregate
    coalesce(named.attendees, 0) as named_attendees,                  -- 实名到场人数 | attendees by name #aggregate
    described.heads,                                                  -- 清点人数 | heads | where they were counted #aggregate
    case
        when described.lines_that_say > 0
            then greatest(coalesce(described.heads, 0), coalesce(named.attendees, 0) + described.unnamed_attendees)
    end as attendees                                                  -- 到场人数 | attendees | the head count or the names, whichever is more, never both added; empty where nothing says who came #aggregate
from described
left join named on described.event_key = named.event_key
