-- One row for each feed, place and day on which anything was received, of every feed whose header says its `days:`.
--
-- grain: feed, place, day
-- given: every_day
-- rebuild: month(day)

select
    feed,                    -- 数据源 | feed
    place,                   -- 地点 | place | building, or all where a feed does not say
    day,                     -- 日期 | day
    count(*) as records      -- 记录数 | records #aggregate
from every_day
group by feed, place, day
