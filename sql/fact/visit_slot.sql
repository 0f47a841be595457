-- One row for each person, term, month, weekday and part of the day with a visit: when somebody comes, rather than how often.
--
-- grain: patron_key, term, month, weekday, part_of_day
-- rebuild: month(month)

select
    visit.patron_key,
    calendar.term,
    cast(date_trunc('month', visit.service_date) as date) as month,  -- 月份 | month | its first day
    calendar.weekday,
    case
        when hour(visit.seen_at) between 5 and 11 then 'morning'
        when hour(visit.seen_at) between 12 and 17 then 'afternoon'
        else 'evening'
    end as part_of_day,      -- 时段 | part of the day | morning to 12:00, afternoon to 18:00, evening
    count(*) as visits       -- 到馆次数 | visits | whose time is known; of a summary line the first entry
from clean.visit as visit
join ref.calendar_day as calendar on visit.service_date = calendar.day
where calendar.term is not null and coalesce(visit.entered_at, visit.exited_at) is not null
group by all
