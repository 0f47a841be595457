-- One row for each group and term: of those active in it and judged in the very next teaching term, how many were active again.
--
-- Whoever left, was away or was not measured in the next term is not asked about; where absence cannot be told in the
-- next term there is no row, since only those who came would be counted.
--
-- grain: group_type, group_code, next_term
-- rebuild: term(next_term)
-- reads fact.membership: whole
-- persons: persons

with teaching as (
    select term, lag(term) over (order by starts_on) as term_before
    from ref.term
    where season <> 'summer'
),

state as (
    select
        lifecycle.patron_key,
        lifecycle.term as next_term,
        lifecycle.previous_term,
        lifecycle.lifecycle_state in ('new', 'active', 'at_risk', 'returning') as is_active
    from fact.lifecycle as lifecycle
    join teaching on lifecycle.term = teaching.term and lifecycle.previous_term = teaching.term_before
    where lifecycle.absence_is_told and lifecycle.previous_state in ('new', 'active', 'at_risk', 'returning')
),

kept as (
    select
        membership.group_type,
        membership.group_code,
        state.previous_term as term,
        state.next_term,
        count(*) as persons,
        count(*) filter (where state.is_active) as retained
    from state
    join fact.membership as membership on state.patron_key = membership.patron_key and state.previous_term = membership.term
    group by membership.group_type, membership.group_code, state.previous_term, state.next_term
),

shared as (
    select
        *,
        cast(retained as double) / nullif(persons, 0) as share,
        1959964e-6 * 1959964e-6 / nullif(persons, 0) as width
    from kept
)

select
    group_type,                                          -- 组别 | kind of group #aggregate
    group_code,                                          -- 组 | group #aggregate
    term,                                                -- 学期 | term #aggregate
    next_term,                                           -- 下一学期 | next term | the next teaching term, in which they were judged #aggregate
    persons,                                             -- 人数 | people | active in the term and judged in the next teaching term #aggregate
    retained,                                            -- 留存人数 | retained | of them, active again in the next teaching term #aggregate #part
    share as retained_share,                             -- 留存率 | retained share #aggregate
    greatest(0, share + width / 2 - sqrt(width * (share * (1 - share) + width / 4))) / nullif(1 + width, 0) as retained_low,  -- 留存率下限 | retained share, low | lower end of the 95 % Wilson interval #aggregate #share
    (share + width / 2 + sqrt(width * (share * (1 - share) + width / 4))) / nullif(1 + width, 0) as retained_high   -- 留存率上限 | retained share, high | upper end of the 95 % Wilson interval #aggregate #share
from shared
