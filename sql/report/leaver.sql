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

ranked as (
    select
        *,
        row_number() over (partition by term, told_level order by visit_days_total desc nulls last, patron_key) as visit_days_place,
        row_number() over (partition by term, told_level order by dwell_hours_total desc nulls last, patron_key) as dwell_hours_place,
        row_number() over (partition by term, told_level order by loans_total desc nulls last, patron_key) as loans_place,
        row_number() over (partition by term, told_level order by bookings_total desc nulls last, patron_key) as bookings_place,
        row_number() over (partition by term, told_level order by terms_active desc nulls last, patron_key) as terms_active_place
    from counted
),

reached as (
    select counted.term, counted.told_level, count(distinct counted.patron_key) as persons
    from counted
    join portrait.milestone as milestone on counted.patron_key = milestone.patron_key and milestone.milestone = 'hundredth_visit_day'
    group by counted.term, counted.told_level
)

select
    ranked.term,
    ranked.told_level as level_group,                                        -- 层次组 | level group | all, undergraduate or postgraduate #aggregate
    term.label_zh as term_label_zh,                                           -- 学期中文名 | term in Chinese #aggregate
    term.label_en as term_label_en,                                           -- 学期英文名 | term in English #aggregate
    term.starts_on as first_day,                                              -- 起 | from #aggregate
    term.ends_on as last_day,                                                 -- 止 | until #aggregate
    count(*) as persons,                                                      -- 人数 | people | whose programme ends in the term #aggregate
    count(*) filter (where ranked.has_begun_before) as begun_before,         -- 数据之前入学人数 | begun before | who entered before the first export #aggregate #people
    cast(count(*) filter (where ranked.visit_days_total > 0) as double) / nullif(count(ranked.visit_days_total), 0) as came_share,   -- 到过馆占比 | share who came #aggregate
    cast(count(*) filter (where ranked.loans_total > 0) as double) / nullif(count(ranked.loans_total), 0) as borrowed_share,         -- 借过书占比 | share who borrowed #aggregate
    cast(sum(ranked.visit_days_total) as double) / nullif(count(ranked.visit_days_total), 0) as visit_days_mean,  -- 人均累计到馆天数 | days visited per head #aggregate
    median(ranked.visit_days_total) as visit_days_median,                    -- 累计到馆天数中位数 | median of days visited #aggregate
    cast(sum(cast(ranked.dwell_hours_total as decimal(18, 6))) as double) / nullif(count(ranked.dwell_hours_total), 0) as dwell_hours_mean,  -- 人均累计在馆时长 | hours per head #aggregate
    cast(sum(ranked.loans_total) as double) / nullif(count(ranked.loans_total), 0) as loans_mean,  -- 人均累计借阅册次 | loans per head #aggregate
    median(ranked.loans_total) as loans_median,                              -- 累计借阅中位数 | median of loans #aggregate
    cast(sum(ranked.bookings_total) as double) / nullif(count(ranked.bookings_total), 0) as bookings_mean,  -- 人均累计预约次数 | bookings per head #aggregate
    avg(cast(ranked.terms_active as decimal(18, 9))) as terms_active_mean,   -- 人均活跃学期数 | active terms per head #aggregate
    cast(coalesce(max(reached.persons), 0) as double) / nullif(count(*), 0) as hundred_days_share,  -- 到馆满百天占比 | share with a hundred days #aggregate
    cast(max(ranked.visit_days_total) as double) / nullif(cast(sum(cast(ranked.visit_days_total as decimal(18, 6))) as double), 0) as visit_days_largest_share,  -- 到馆天数最多者占比 | share of who has most days | never leaves #aggregate
    cast(sum(cast(ranked.visit_days_total as decimal(18, 6))) filter (where ranked.visit_days_place <= 2) as double) / nullif(cast(sum(cast(ranked.visit_days_total as decimal(18, 6))) as double), 0) as visit_days_two_largest_share,  -- 到馆天数最多两者占比 | share of the two with most days | never leaves #aggregate
    cast(max(ranked.dwell_hours_total) as double) / nullif(cast(sum(cast(ranked.dwell_hours_total as decimal(18, 6))) as double), 0) as dwell_hours_largest_share,  -- 在馆时长最多者占比 | share of who has most hours | never leaves #aggregate
    cast(sum(cast(ranked.dwell_hours_total as decimal(18, 6))) filter (where ranked.dwell_hours_place <= 2) as double) / nullif(cast(sum(cast(ranked.dwell_hours_total as decimal(18, 6))) as double), 0) as dwell_hours_two_largest_share,  -- 在馆时长最多两者占比 | share of the two with most hours | never leaves #aggregate
    cast(max(ranked.loans_total) as double) / nullif(cast(sum(cast(ranked.loans_total as decimal(18, 6))) as double), 0) as loans_largest_share,  -- 借阅最多者占比 | share of who has most loans | never leaves #aggregate
    cast(sum(cast(ranked.loans_total as decimal(18, 6))) filter (where ranked.loans_place <= 2) as double) / nullif(cast(sum(cast(ranked.loans_total as decimal(18, 6))) as double), 0) as loans_two_largest_share,  -- 借阅最多两者占比 | share of the two with most loans | never leaves #aggregate
    cast(max(ranked.bookings_total) as double) / nullif(cast(sum(cast(ranked.bookings_total as decimal(18, 6))) as double), 0) as bookings_largest_share,  -- 预约最多者占比 | share of who has most bookings | never leaves #aggregate
    cast(sum(cast(ranked.bookings_total as decimal(18, 6))) filter (where ranked.bookings_place <= 2) as double) / nullif(cast(sum(cast(ranked.bookings_total as decimal(18, 6))) as double), 0) as bookings_two_largest_share,  -- 预约最多两者占比 | share of the two with most bookings | never leaves #aggregate
    cast(max(ranked.terms_active) as double) / nullif(cast(sum(cast(ranked.terms_active as decimal(18, 6))) as double), 0) as terms_active_largest_share,  -- 活跃学期最多者占比 | share of who has most terms | never leaves #aggregate
    cast(sum(cast(ranked.terms_active as decimal(18, 6))) filter (where ranked.terms_active_place <= 2) as double) / nullif(cast(sum(cast(ranked.terms_active as decimal(18, 6))) as double), 0) as terms_active_two_largest_share  -- 活跃学期最多两者占比 | share of the two with most terms | never leaves #aggregate
from ranked
join ref.term as term on ranked.term = term.term
cross join ref.site as site
left join reached on ranked.term = reached.term and ranked.told_level = reached.told_level
group by ranked.term, ranked.told_level, term.label_zh, term.label_en, term.starts_on, term.ends_on, site.small_cell
qualify ranked.told_level = 'all' or min(count(*)) over (partition by ranked.term) >= site.small_cell
