-- One row for each college and band of days visited: how many of its people came how often in the reported term.
--
-- grain: college, term, band
-- persons: persons
-- parts: band

with banded as (
    select
        individual.college,
        individual.term,
        case
            when individual.visit_days = 0 then '0'
            when individual.visit_days < 5 then '1-4'
            when individual.visit_days < 15 then '5-14'
            when individual.visit_days < 30 then '15-29'
            when individual.visit_days < 60 then '30-59'
            else '60+'
        end as band,
        case
            when individual.visit_days = 0 then 1
            when individual.visit_days < 5 then 2
            when individual.visit_days < 15 then 3
            when individual.visit_days < 30 then 4
            when individual.visit_days < 60 then 5
            else 6
        end as position
    from portrait.individual as individual
    where individual.is_exposed and individual.visit_days is not null
),

college as (
    select college, term, band, min(position) as position, count(*) as persons
    from banded
    group by college, term, band
),

overall as (
    select band, term, count(*) as persons
    from banded
    group by band, term
)

select
    college.college,                                                                        -- 学院 | college #aggregate
    college.term,                                                                           -- 学期 | term #aggregate
    college.band,                                                                           -- 到馆天数段 | days visited #aggregate
    college.position,                                                                       -- 次序 | position #aggregate
    college.persons,                                                                        -- 人数 | people #aggregate
    cast(college.persons as double) / nullif(sum(college.persons) over (partition by college.college), 0) as share,  -- 占比 | share #aggregate
    cast(overall.persons as double) / nullif(whole.persons, 0) as university_share          -- 全校占比 | university share #aggregate
from college
join report.college as told on college.college = told.college and college.term = told.term
join overall on college.band = overall.band and college.term = overall.term
join (select term, count(*) as persons from banded group by term) as whole on college.term = whole.term
