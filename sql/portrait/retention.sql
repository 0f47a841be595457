-- One row for each group and term: of those active in it and judged in the very next teaching term, how many were active again.
--
-- Whoever left, was away or was not measured in the next term is not asked about; where absence cannot be told in the
-- next term there is no row, since only those who came would be counted.
--
-- grain: group_type, group_code, term
-- persons: persons

with teaching as (
    select term, row_number() over (order by starts_on) as number
    from ref.term
    where season <> 'summer'
),

state as (
    select
        lifecycle.patron_key,
        lifecycle.term,
        teaching.number,
        lifecycle.absence_is_told,
        lifecycle.lifecycle_state in ('new', 'active', 'at_risk', 'returning') as is_active
    from fact.lifecycle as lifecycle
    join teaching on lifecycle.term = teaching.term
    where lifecycle.lifecycle_state is not null
),

kept as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        count(*) as persons,
        count(*) filter (where later.is_active) as retained
    from state
    join state as later on state.patron_key = later.patron_key and later.number = state.number + 1 and later.absence_is_told
    join fact.membership as membership on state.patron_key = membership.patron_key and state.term = membership.term
    where state.is_active
    group by membership.group_type, membership.group_code, membership.term
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
    persons,                                             -- 人数 | people | active in the term and judged in the next teaching term #aggregate
    retained,                                            -- 留存人数 | retained | of them, active again in the next teaching term #aggregate #part
    share as retained_share,                             -- 留存率 | retained share #aggregate
    greatest(0, share + width / 2 - sqrt(width * (share * (1 - share) + width / 4))) / nullif(1 + width, 0) as retained_low,  -- 留存率下限 | retained share, low | lower end of the 95 % Wilson interval #aggregate #share
    (share + width / 2 + sqrt(width * (share * (1 - share) + width / 4))) / nullif(1 + width, 0) as retained_high   -- 留存率上限 | retained share, high | upper end of the 95 % Wilson interval #aggregate #share
from shared
