-- One row for each college, weekday and hour of the reported term in which somebody came in.
--
-- grain: college, term, weekday, hour
-- persons: persons

with told as (
    select college, term, first_day, last_day
    from report.college
    where term is not null
)

select
    told.college,                                                         -- 学院 | college #aggregate
    told.term,                                                            -- 学期 | term #aggregate
    calendar.weekday,                                                     -- 星期 | weekday #aggregate
    hour(visit.entered_at) as hour,                                       -- 小时 | hour #aggregate
    count(distinct visit.patron_key) as persons,                          -- 人数 | people #aggregate
    cast(count(*) as double) / nullif(date_diff('day', min(told.first_day), min(told.last_day)) / 7, 0) as visits_per_week  -- 每周到馆次数 | visits a week #aggregate
from clean.visit as visit
join ref.calendar_day as calendar on visit.service_date = calendar.day
join fact.roster as roster on visit.patron_key = roster.patron_key and calendar.term = roster.term
join told on roster.college = told.college and calendar.term = told.term
where visit.entered_at is not null
group by told.college, told.term, calendar.weekday, hour(visit.entered_at)
