-- One row for each college and cohort: who within the college uses what in the reported term.
--
-- grain: college, term, cohort
-- persons: persons
-- counts: members

select
    told.college,                                                                                     -- 学院 | college #aggregate
    told.term,                                                                                        -- 学期 | term #aggregate
    cohort.cohort,                                                                                    -- 群体 | cohort #aggregate
    min(cohort.position) as position,                                                                 -- 次序 | position #aggregate
    min(cohort.label_zh) as label_zh,                                                                 -- 中文名 | Chinese name #aggregate
    min(cohort.label_en) as label_en,                                                                 -- 英文名 | English name #aggregate
    count(*) as persons,                                                                              -- 人数 | people #aggregate
    cast(count(*) filter (where individual.active_days > 0) as double)
        / nullif(count(individual.active_days), 0) as reach_rate,                                     -- 活跃率 | active rate #aggregate
    cast(sum(individual.visit_days) as double) / nullif(count(individual.visit_days), 0) as visit_days_mean,  -- 人均到馆天数 | days visited per head #aggregate
    cast(sum(individual.loans) as double) / nullif(count(individual.loans), 0) as loans_mean,         -- 人均借阅册次 | loans per head #aggregate
    cast(sum(individual.bookings) as double) / nullif(count(individual.bookings), 0) as bookings_mean  -- 人均预约次数 | bookings per head #aggregate
from report.college as told
join portrait.individual as individual on told.college = individual.college and told.term = individual.term
join fact.membership as membership on individual.patron_key = membership.patron_key and individual.term = membership.term and membership.group_type = 'cohort'
join ref.cohort as cohort on membership.group_code = cohort.cohort
where cohort.is_shown
group by told.college, told.term, cohort.cohort
