-- One row for each person, term and month with access to an electronic resource through the proxy.
--
-- Logging in alone is no use of a resource.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

select
    access.patron_key,
    calendar.term,
    cast(date_trunc('month', access.accessed_on) as date) as month,        -- 月份 | month | its first day
    count(distinct access.ten_minutes) as ten_minute_stretches,            -- 十分钟时段数 | ten-minute stretches | with any access
    count(distinct access.accessed_on) as resource_days,                   -- 电子资源使用天数 | days with a resource used
    sum(case when access.kind = 'document' then access.requests else 0 end) as documents  -- 文献请求次数 | documents requested
from clean.resource_access as access
join ref.calendar_day as calendar on access.accessed_on = calendar.day
where access.patron_key is not null and calendar.term is not null and access.kind <> 'login'
group by all
