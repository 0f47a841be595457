-- One row for each feed, place and open day: whether the day's data came, in part, or not at all.
--
-- A place is expected from its first day of data until sixty days after its last; a quiet place, where a day
-- without a record is nothing unusual, counts as covered, but not for a term without any record at all.
--
-- grain: feed, place, day
-- check status_is_known: status in ('ok', 'partial', 'none')

with place as (
    select feed, place, min(day) as first_day, max(day) + 60 as last_day
    from ref.received_day
    group by all
),

expected as (
    select
        place.feed,
        place.place,
        calendar.day,
        coalesce(calendar.term, 'vacation') as season,
        case when calendar.weekday >= 6 then 1 else 0 end as is_weekend,
        coalesce(received.records, 0) as records
    from place
    cross join ref.horizon as horizon
    join ref.calendar_day as calendar
        on calendar.day between place.first_day and least(place.last_day, horizon.as_of) and calendar.is_open
    left join ref.received_day as received
        on place.feed = received.feed and place.place = received.place and calendar.day = received.day
),

compared as (
    select
        *,
        median(records) over (partition by feed, place, season, is_weekend) as typical,
        sum(records) over (partition by feed, place, season) as in_season
    from expected
)

select
    feed,                                          -- 数据源 | feed
    place,                                         -- 地点 | place
    day,                                           -- 日期 | day
    records,                                       -- 记录数 | records
    cast(typical as double) as typical_records,    -- 通常记录数 | typical records | median of the term's days of its kind
    case
        when in_season = 0 then 'none'
        when typical < 5 or records >= 2e-1 * typical then 'ok'
        when records > 0 then 'partial'
        else 'none'
    end as status                                  -- 覆盖状态 | coverage | ok, partial or none
from compared
