-- One row for each feed, place and open day: whether the day's data came, in part, or not at all.
--
-- A place is expected from its first day of data until sixty days after its last; a quiet place, where a day
-- without a record is nothing unusual, counts as covered, but not for a term without any record at all, nor for twenty
-- open days on end without one where a quarter of the season's other days have some: that is an outage.
--
-- A term of which little came cannot say what is usual: one week of it is no sign that the place was quiet in the others.
-- Where such silences are most of a term, they are outages as well if the place's other terms have some on a quarter of
-- their days, which count as no fewer than the term's own, since the one week of another tells of no habit either.
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
        coalesce(received.records, 0) as records,
        case when received.records > 0 then 1 else 0 end as is_heard
    from place
    cross join ref.horizon as horizon
    join ref.calendar_day as calendar
        on calendar.day between place.first_day and least(place.last_day, horizon.as_of) and calendar.is_open
    left join ref.received_day as received
        on place.feed = received.feed and place.place = received.place and calendar.day = received.day
),

numbered as (
    select
        *,
        sum(is_heard) over (partition by feed, place, season order by day rows between unbounded preceding and current row) as heard_so_far
    from expected
),

silence as (
    select
        *,
        sum(records) over (partition by feed, place, season) as in_season,
        sum(is_heard) over (partition by feed, place, season) as heard_days,
        count(*) over (partition by feed, place, season) as season_days,
        sum(is_heard) over (partition by feed, place, season = 'vacation') as all_heard_days,
        count(*) over (partition by feed, place, season = 'vacation') as all_days,
        sum(1 - is_heard) over (partition by feed, place, season, heard_so_far) as silent_days
    from numbered
),

beside as (
    select
        *,
        sum(case when is_heard = 0 and silent_days >= 20 then 1 else 0 end) over (partition by feed, place, season) as long_silent_days
    from silence
),

judged as (
    select
        *,
        is_heard = 0
        and silent_days >= 20
        and (
            4 * heard_days >= season_days - silent_days
            or (2 * long_silent_days > season_days and 4 * (all_heard_days - heard_days) >= greatest(all_days - season_days, season_days))
        ) as is_outage
    from beside
),

compared as (
    select *, coalesce(median(case when not is_outage then records end) over (partition by feed, place, season, is_weekend), 0) as typical
    from judged
)

select
    feed,                                          -- 数据源 | feed
    place,                                         -- 地点 | place
    day,                                           -- 日期 | day
    records,                                       -- 记录数 | records
    cast(typical as double) as typical_records,    -- 通常记录数 | typical records | median of the term's days of its kind, outages left out
    case
        when in_season = 0 then 'none'
        when is_outage then 'none'
        when typical < 5 or records >= 2e-1 * typical then 'ok'
        when records > 0 then 'partial'
        else 'none'
    end as status                                  -- 覆盖状态 | coverage | ok, partial or none
from compared
