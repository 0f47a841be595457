-- One row for each group, finished term and measure that can be set beside the same season a year before: what became of it.
--
-- Means of ln(1 + value) are compared, as use is skewed; both terms need the site's peer group of people.  Whether a change is
-- more than chance is decided for all measures and groups of a kind together (Benjamini and Hochberg 1995), so that looking at
-- many does not make finds.  The normal tail is Abramowitz and Stegun's 26.2.17, right to 1e-7.  A term that still runs is
-- not set beside a whole one.
--
-- grain: group_type, group_code, term, measure
-- rebuild: term(term)
-- reads portrait.distribution: earlier
-- persons: persons
-- counts: members
-- check probabilities_are_shares: p_value between 0 and 1

with compared as (
    select
        now.group_type,
        now.group_code,
        now.term,
        now.measure,
        term.compare_to,
        now.persons,
        before.persons as persons_before,
        now.mean,
        before.mean as mean_before,
        case
            when least(now.persons, before.persons) >= site.peer_group then (now.log_mean - before.log_mean)
                / nullif(sqrt(pow(now.log_deviation, 2) / nullif(now.persons, 0) + pow(before.log_deviation, 2) / nullif(before.persons, 0)), 0)
        end as z
    from portrait.distribution as now
    join ref.term as term on now.term = term.term
    join ref.term_so_far as so_far on now.term = so_far.term and not so_far.is_running
    join portrait.distribution as before
        on now.group_type = before.group_type
        and now.group_code = before.group_code
        and now.measure = before.measure
        and term.compare_to = before.term
    cross join ref.site as site
),

tail as (
    select
        *,
        1 / nullif(1 + 2316419e-7 * abs(z), 0) as t
    from compared
),

judged as (
    select
        *,
        case
            when z is not null then least(1, 2 * 3989422804014327e-16 * exp(-z * z / 2)
                * (319381530e-9 * t - 356563782e-9 * t * t + 1781477937e-9 * pow(t, 3) - 1821255978e-9 * pow(t, 4) + 1330274429e-9 * pow(t, 5)))
        end as p_value
    from tail
),

ranked as (
    select
        *,
        count(p_value) over (partition by group_type, term) as tests,
        count(p_value) over (partition by group_type, term order by p_value) as place
    from judged
),

drawn as (
    select
        *,
        max(case when p_value <= 1e-2 * place / nullif(tests, 0) then p_value end) over (partition by group_type, term) as line
    from ranked
)

select
    group_type,
    group_code,
    term,
    measure,
    compare_to,
    least(persons, persons_before) as persons,                                   -- 人数 | people | in the smaller of the two terms #aggregate
    mean,
    mean_before,                                                                 -- 上年同期均值 | mean a year before #aggregate
    mean - mean_before as difference,                                            -- 变化 | change | of the mean #aggregate #index
    (mean - mean_before) / nullif(mean_before, 0) as relative_change,            -- 相对变化 | relative change #aggregate #index
    z,                                                                           -- z 值 | z | difference of the mean logs over its standard error (Welch); empty below the site's peer group #aggregate #index
    p_value,                                                                     -- p 值 | p value | two-sided #aggregate #index
    case when p_value is not null then coalesce(p_value <= line, false) end as is_changed  -- 是否有变化 | changed | beyond chance, at a false discovery rate of 1 % #aggregate
from drawn
