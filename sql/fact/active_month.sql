-- One row for each person, term and month with any activity: a visit, a loan or a booking that was used.
--
-- grain: patron_key, term, month

with activity as (
    select patron_key, service_date as day from clean.visit
    union all
    select patron_key, loaned_on as day from clean.loan where patron_key is not null and loaned_on is not null
    union all
    select patron_key, service_date as day from clean.booking where patron_key is not null and attendance = 'attended'
)

select
    activity.patron_key,
    calendar.term,
    cast(date_trunc('month', activity.day) as date) as month,  -- 月份 | month | its first day
    count(distinct activity.day) as active_days,               -- 活跃天数 | active days
    max(activity.day) as last_active_on                        -- 最近活跃日 | last active on
from activity
join ref.calendar_day as calendar on activity.day = calendar.day
where calendar.term is not null
group by all
