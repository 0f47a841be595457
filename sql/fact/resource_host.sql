-- One row for each person, term, month and host of an electronic resource from which they took a document or a page.
--
-- Hosts from which a page only draws in its parts are left out.
--
-- grain: patron_key, term, month, host
-- rebuild: month(month)

select
    access.patron_key,
    calendar.term,
    cast(date_trunc('month', access.accessed_on) as date) as month,  -- 月份 | month | its first day
    access.host,
    count(distinct access.accessed_on) as resource_days  -- 电子资源使用天数 | days with a resource used
from clean.resource_access as access
join ref.calendar_day as calendar on access.accessed_on = calendar.day
where access.patron_key is not null and access.host is not null and calendar.term is not null and access.kind in ('document', 'page')
group by all
