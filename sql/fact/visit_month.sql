-- One row for each person, term and month with a visit.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

select
    visit.patron_key,
    calendar.term,
    cast(date_trunc('month', visit.service_date) as date) as month,                    -- 月份 | month | its first day
    sum(visit.entries) as visits,                                                      -- 到馆次数 | visits | entries; of a summary line as many as it says
    count(distinct visit.service_date) as visit_days,                                  -- 到馆天数 | days visited
    coalesce(sum(visit.entries) filter (where visit.dwell_minutes is not null), 0) as matched_visits,  -- 已知时长到馆次数 | visits of known dwell | with an entry and its exit, or summed up with a dwell
    coalesce(sum(visit.dwell_minutes), 0) as dwell_minutes,                            -- 在馆时长 | dwell | minutes, where they are known
    coalesce(sum(visit.dwell_minutes) filter (where visit.night_minutes is not null), 0) as clocked_minutes,  -- 有起止时间的时长 | clocked dwell | minutes of visits whose entry and exit are known
    coalesce(sum(visit.night_minutes), 0) as night_minutes,                            -- 夜间时长 | night dwell | minutes after 22:00
    coalesce(sum(visit.entries) filter (where calendar.day_type in ('weekend', 'holiday')), 0) as weekend_visits,  -- 非工作日到馆 | visits on free days
    coalesce(sum(visit.entries) filter (where calendar.period = 'exam'), 0) as exam_visits,  -- 考试周到馆 | visits in the exam weeks
    count(coalesce(visit.entered_at, visit.exited_at)) as timed_visits,                -- 有时刻到馆次数 | timed visits | whose time of day is known: every visit made of swipes, and the first of a summary line
    count(*) filter (where hour(visit.seen_at) * 60 + minute(visit.seen_at) between 300 and 509) as early_visits  -- 清晨到馆 | early visits | before 8:30, of the timed ones
from clean.visit as visit
join ref.calendar_day as calendar on visit.service_date = calendar.day
where calendar.term is not null
group by all
