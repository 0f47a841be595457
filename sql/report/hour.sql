-- One row for each college, weekday and hour of the reported term in which somebody came in.
--
-- Only months in which the gates were recorded are told of, and only their weeks are divided by: an outage makes no hour
-- look quieter.  Where no month of the term was recorded, there is no row.
--
-- grain: college, term, weekday, hour
-- persons: persons

with told as (
    select college, term, first_day, last_day
    from report.college
    where term is not null
),

measured as (
    select calendar.day, calendar.term, calendar.weekday
    from (select distinct term from told) as reported
    join ref.calendar_day as calendar on reported.term = calendar.term
    join ref.coverage_month as coverage
        on coverage.feed = 'gate' and coverage.is_measured and cast(date_trunc('month', calendar.day) as date) = coverage.month
),

length as (
    select told.college, told.term, cast(count(*) as double) / 7 as weeks
    from told
    join measured on told.term = measured.term and measured.day between told.first_day and told.last_day
    group by told.college, told.term
),

came as (
    select visit.patron_key, measured.term, measured.weekday, hour(visit.entered_at) as hour, count(*) as visits
    from clean.visit as visit
    join measured on visit.service_date = measured.day
    where visit.entered_at is not null
    group by visit.patron_key, measured.term, measured.weekday, hour(visit.entered_at)
),

person as (
    select roster.college, came.term, came.weekday, came.hour, came.patron_key, came.visits
    from came
    join fact.roster as roster on came.patron_key = roster.patron_key and came.term = roster.term
),

ranked as (
    select *, row_number() over (partition by college, term, weekday, hour order by visits desc, patron_key) as place
    from person
)

select
    ranked.college,                                                       -- 学院 | college #aggregate
    ranked.term,                                                          -- 学期 | term #aggregate
    ranked.weekday,                                                       -- 星期 | weekday #aggregate
    ranked.hour,                                                          -- 小时 | hour #aggregate
    count(*) as persons,                                                  -- 人数 | people #aggregate
    cast(sum(ranked.visits) as double) / nullif(min(length.weeks), 0) as visits_per_week,  -- 每周到馆次数 | visits a week | in the weeks of measured months #aggregate
    cast(max(ranked.visits) as double) / nullif(sum(ranked.visits), 0) as largest_share,   -- 最大者占比 | share of the largest | of the visits; never leaves #aggregate
    cast(sum(ranked.visits) filter (where ranked.place <= 2) as double) / nullif(sum(ranked.visits), 0) as two_largest_share  -- 前两者占比 | share of the two largest | never leaves #aggregate
from ranked
join length on ranked.college = length.college and ranked.term = length.term
group by ranked.college, ranked.term, ranked.weekday, ranked.hour
