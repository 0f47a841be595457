-- One row for each person, term and month in which they served.
--
-- grain: patron_key, term, month

select
    contribution.patron_key,
    calendar.term,
    cast(date_trunc('month', contribution.served_on) as date) as month,                         -- 月份 | month | its first day
    cast(sum(contribution.shifts) as bigint) as shifts,                                         -- 班次 | shifts
    coalesce(sum(contribution.hours), 0) as hours,                                              -- 服务时长 | hours
    cast(sum(case when contribution.hours is null then contribution.shifts else 0 end) as bigint) as untimed_shifts  -- 时长未知班次 | shifts of unknown length
from clean.contribution as contribution
join ref.calendar_day as calendar on contribution.served_on = calendar.day
where calendar.term is not null
group by all
