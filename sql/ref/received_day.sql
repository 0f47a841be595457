-- One row for each feed, place and day on which anything was received.
--
-- grain: feed, place, day
-- rebuild: month(day)

with received as (
    select 'gate' as feed, building as place, cast(passed_at as date) as day
    from raw.gate_event
    union all
    select 'gate' as feed, building as place, cast(entered_at as date) as day
    from raw.visit_summary
    union all
    select 'loan' as feed, 'all' as place, cast(loaned_at as date) as day
    from raw.loan
    where loaned_at is not null
    union all
    select 'loan' as feed, 'all' as place, cast(happened_at as date) as day
    from raw.loan_event
    where event = 'loan'
    union all
    select 'space' as feed, coalesce(building, 'all') as place, cast(starts_at as date) as day
    from raw.space_booking
    union all
    select 'counter' as feed, place, cast(taken_at as date) as day
    from raw.count_reading
    union all
    select 'e_resource' as feed, 'all' as place, cast(accessed_at as date) as day
    from raw.resource_access
    union all
    select 'event' as feed, 'all' as place, cast(starts_at as date) as day
    from raw.event_attendance
    where attendance in ('attended', 'absent')
    union all
    select 'consultation' as feed, 'all' as place, cast(opened_at as date) as day
    from raw.consultation
    union all
    select 'contribution' as feed, 'all' as place, served_on as day
    from raw.contribution
)

select
    feed,                    -- 数据源 | feed
    place,                   -- 地点 | place | building, or all where a feed does not say
    day,                     -- 日期 | day
    count(*) as records      -- 记录数 | records #aggregate
from received
group by feed, place, day
