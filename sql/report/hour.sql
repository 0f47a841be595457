-- One row for each college, weekday and hour of the reported term in which somebody came in.
--
-- Only months in which the gates were recorded are told of, and only their weeks are divided by: an outage makes no hour
-- look quieter.  Where no month of the term was recorded, there is no row.
--
-- grain: college, term, weekday, hour
-- settles term: clean.visit
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

tally as (
    select roster.college, came.term, came.weekday, came.hour, came.visits, count(*) as people
    from came
    join fact.roster as roster on came.patron_key = roster.patron_key and came.term = roster.term
    group by roster.college, came.term, came.weekday, came.hour, came.visits
),

placed as (
    select
        *,
        sum(people) over (partition by college, term, weekday, hour order by visits desc rows between unbounded preceding and current row) as upto
    from tally
)

select
    placed.college,                                                       -- 学院 | college #aggregate
    placed.term,                                                          -- 学期 | term #aggregate
    placed.weekday,                                                       -- 星期 | weekday #aggregate
    placed.hour,                                                          -- 小时 | hour #aggregate
    cast(sum(placed.people) as bigint) as persons,                        -- 人数 | people #aggregate
    cast(sum(placed.visits * placed.people) as double) / nullif(min(length.weeks), 0) as visits_per_week,  -- 每周到馆次数 | visits a week | in the weeks of measured months #aggregate
    cast(max(placed.visits) as double) / nullif(sum(placed.visits * placed.people), 0) as largest_share,   -- 最大者占比 | share of the largest | of the visits; never leaves #aggregate
    cast(sum(placed.visits * greatest(0, least(placed.people, 2 - placed.upto + placed.people))) as double) / nullif(sum(placed.visits * placed.people), 0) as two_largest_share  -- 前两者占比 | share of the two largest | never leaves #aggregate
from placed
join length on placed.college = length.college and placed.term = length.term
group by placed.college, placed.term, placed.weekday, placed.hour
