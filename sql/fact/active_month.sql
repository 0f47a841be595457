-- One row for each person, term and month with any activity: see fact.active_day.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

select
    patron_key,
    term,
    cast(date_trunc('month', day) as date) as month,  -- 月份 | month | its first day
    count(*) as active_days,                          -- 活跃天数 | active days
    max(day) as last_active_on                        -- 最近活跃日 | last active on
from fact.active_day
group by all
