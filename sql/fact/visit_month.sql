-- One row for each person, term and month with a visit.
--
-- grain: patron_key, term, month

select
    visit.patron_key,
    calendar.term,
    cast(date_trunc('month', visit.service_date) as date) as month,                    -- 月份 | month | its first day
    count(*) as visits,                                                                -- 到馆次数 | visits
    count(distinct visit.service_date) as visit_days,                                  -- 到馆天数 | days visited
    count(*) filter (where visit.match_status = 'matched') as matched_visits,          -- 配对到馆次数 | matched visits | with a known entry and exit
    coalesce(sum(visit.dwell_minutes), 0) as dwell_minutes,                            -- 在馆时长 | dwell | matched visits only
    coalesce(sum(visit.night_minutes), 0) as night_minutes,                            -- 夜间时长 | night dwell | after 22:00
    count(*) filter (where calendar.day_type in ('weekend', 'holiday')) as weekend_visits,  -- 非工作日到馆 | visits on free days
    count(*) filter (where hour(visit.seen_at) * 60 + minute(visit.seen_at) between 300 and 509) as early_visits  -- 清晨到馆 | early visits | before 8:30
from clean.visit as visit
join ref.calendar_day as calendar on visit.service_date = calendar.day
where calendar.term is not null
group by all
