-- One row for each feed, place and day on which anything was received.
--
-- grain: feed, place, day

select
    'gate' as feed,                                 -- 数据源 | feed
    building as place,                              -- 地点 | place | building, or all where a feed does not say
    cast(passed_at as date) as day,                 -- 日期 | day
    count(*) as records                             -- 记录数 | records #aggregate
from raw.gate_event
group by all
union all
select
    'loan' as feed,
    'all' as place,
    cast(loaned_at as date) as day,
    count(*) as records
from raw.loan
where loaned_at is not null
group by all
union all
select
    'space' as feed,
    coalesce(building, 'all') as place,
    cast(starts_at as date) as day,
    count(*) as records
from raw.space_booking
group by all
