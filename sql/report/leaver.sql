-- One row for each term and level of those whose programme ends in it: what all their terms together amounted to.
--
-- Totals run from the first to the last day received, so that whoever entered before the first export began is told in part;
-- begun_before says of how many that holds.  Levels are told apart only in a term in which each has the site's small cell of
-- people, since the smallest could be worked out from the others.  A total is of the people in whom it was measured at all.
--
-- grain: term, level_group
-- persons: persons
-- check shares_are_shares: came_share between 0 and 1 and borrowed_share between 0 and 1

with horizon as (
    select min(term.starts_on) as first_term_on
    from portrait.career as career
    join ref.term as term on career.first_term = term.term
),

leaving as (
    select
        individual.patron_key,
        individual.term,
        individual.level_group,
        career.visit_days_total,
        career.dwell_hours_total,
        career.loans_total,
        career.bookings_total,
        career.terms_active,
        first.starts_on = horizon.first_term_on and individual.term_number > career.terms_in_scope as has_begun_before
    from portrait.individual as individual
    join portrait.career as career on individual.patron_key = career.patron_key
    join ref.term as first on career.first_term = first.term
    cross join horizon
    where individual.is_graduating
),

counted as (
    select *, 'all' as told_level from leaving
    union all
    select *, level_group as told_level from leaving
),

reached as (
    select counted.term, counted.told_level, count(distinct counted.patron_key) as persons
    from counted
    join portrait.milestone as milestone on counted.patron_key = milestone.patron_key and milestone.milestone = 'hundredth_visit_day'
    group by counted.term, counted.told_level
)

select
    counted.term,
    counted.told_level as level_group,                                        -- 层次组 | level group | all, undergraduate or postgraduate #aggregate
    term.label_zh as term_label_zh,                                           -- 学期中文名 | term in Chinese #aggregate
    term.label_en as term_label_en,                                           -- 学期英文名 | term in English #aggregate
    term.starts_on as first_day,                                              -- 起 | from #aggregate
    term.ends_on as last_day,                                                 -- 止 | until #aggregate
    count(*) as persons,                                                      -- 人数 | people | whose programme ends in the term #aggregate
    count(*) filter (where counted.has_begun_before) as begun_before,         -- 数据之前入学人数 | begun before | who entered before the first export #aggregate
    cast(count(*) filter (where counted.visit_days_total > 0) as double) / nullif(count(counted.visit_days_total), 0) as came_share,   -- 到过馆占比 | share who came #aggregate
    cast(count(*) filter (where counted.loans_total > 0) as double) / nullif(count(counted.loans_total), 0) as borrowed_share,         -- 借过书占比 | share who borrowed #aggregate
    cast(sum(counted.visit_days_total) as double) / nullif(count(counted.visit_days_total), 0) as visit_days_mean,  -- 人均累计到馆天数 | days visited per head #aggregate
    median(counted.visit_days_total) as visit_days_median,                    -- 累计到馆天数中位数 | median of days visited #aggregate
    cast(sum(cast(counted.dwell_hours_total as decimal(18, 6))) as double) / nullif(count(counted.dwell_hours_total), 0) as dwell_hours_mean,  -- 人均累计在馆时长 | hours per head #aggregate
    cast(sum(counted.loans_total) as double) / nullif(count(counted.loans_total), 0) as loans_mean,  -- 人均累计借阅册次 | loans per head #aggregate
    median(counted.loans_total) as loans_median,                              -- 累计借阅中位数 | median of loans #aggregate
    cast(sum(counted.bookings_total) as double) / nullif(count(counted.bookings_total), 0) as bookings_mean,  -- 人均累计预约次数 | bookings per head #aggregate
    avg(cast(counted.terms_active as decimal(18, 9))) as terms_active_mean,   -- 人均活跃学期数 | active terms per head #aggregate
    cast(coalesce(max(reached.persons), 0) as double) / nullif(count(*), 0) as hundred_days_share  -- 到馆满百天占比 | share with a hundred days #aggregate
from counted
join ref.term as term on counted.term = term.term
cross join ref.site as site
left join reached on counted.term = reached.term and counted.told_level = reached.told_level
group by counted.term, counted.told_level, term.label_zh, term.label_en, term.starts_on, term.ends_on, site.small_cell
qualify counted.told_level = 'all' or min(count(*)) over (partition by counted.term) >= site.small_cell
