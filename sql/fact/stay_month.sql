-- One row for each person, term and month with a visit: on how many days they stayed, and how often they only passed.
--
-- A visit left within minutes, or begun within minutes of the one before on the same day, is a passage and no stay; how
-- many minutes is for ref.study_rule to say.  On most days a person comes once, and only of the others it is asked what
-- came before.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

with rule as (
    select 60 * max(value) as passing_seconds
    from ref.study_rule
    where rule = 'passing_minutes'
),

daily as (
    select
        visit.patron_key,
        visit.service_date,
        count(*) as visits,
        count(*) filter (where date_diff('second', visit.entered_at, visit.exited_at) < rule.passing_seconds) as passing_visits
    from clean.visit as visit
    cross join rule
    group by visit.patron_key, visit.service_date
),

followed as (
    select
        visit.patron_key,
        visit.service_date,
        date_diff('second', visit.entered_at, visit.exited_at) as seconds,
        date_diff('second', lag(visit.entered_at) over before, visit.entered_at) as seconds_since
    from clean.visit as visit
    join daily on visit.patron_key = daily.patron_key and visit.service_date = daily.service_date and daily.visits > 1
    window before as (partition by visit.patron_key, visit.service_date order by visit.entered_at, visit.exited_at, visit.building, visit.seen_at)
),

judged as (
    select patron_key, service_date, visits, passing_visits
    from daily
    where visits = 1
    union all
    select
        followed.patron_key,
        followed.service_date,
        count(*) as visits,
        count(*) filter (where followed.seconds < rule.passing_seconds or followed.seconds_since < rule.passing_seconds) as passing_visits
    from followed
    cross join rule
    group by followed.patron_key, followed.service_date
)

select
    judged.patron_key,
    calendar.term,
    cast(date_trunc('month', judged.service_date) as date) as month,                        -- 月份 | month | its first day
    count(*) filter (where judged.passing_visits < judged.visits) as stay_days,             -- 有效到馆天数 | days with a stay | with a visit that is no mere passage
    cast(sum(judged.passing_visits) as bigint) as passing_visits                            -- 过短进出次数 | passages | visits left, or entered again, within minutes
from judged
join ref.calendar_day as calendar on judged.service_date = calendar.day
where calendar.term is not null
group by judged.patron_key, calendar.term, date_trunc('month', judged.service_date)
