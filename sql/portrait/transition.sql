-- One row for each cohort, term and way from one lifecycle state to another, with how many people went it.
--
-- The state before is that of a person's last judged term.  Whoever is on the roll of no teaching term any more goes to
-- `left`, in the teaching term after their last, and is counted in the cohorts they were in when last judged.
--
-- grain: cohort, term, from_state, to_state
-- persons: persons

with teaching as (
    select roster.term, min(term.starts_on) as starts_on, row_number() over (order by min(term.starts_on)) as number
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    where term.season <> 'summer'
    group by roster.term
),

enrolled as (
    select roster.patron_key, max(teaching.number) as last_number
    from fact.roster as roster
    join teaching on roster.term = teaching.term
    group by roster.patron_key
),

last_judged as (
    select lifecycle.patron_key, lifecycle.term, lifecycle.lifecycle_state
    from fact.lifecycle as lifecycle
    join teaching on lifecycle.term = teaching.term
    where lifecycle.lifecycle_state is not null
    qualify row_number() over (partition by lifecycle.patron_key order by teaching.number desc) = 1
),

step as (
    select patron_key, term as counted_in, term, coalesce(previous_state, 'none') as from_state, lifecycle_state as to_state
    from fact.lifecycle
    where lifecycle_state is not null
    union all
    select last_judged.patron_key, last_judged.term as counted_in, teaching.term, last_judged.lifecycle_state as from_state, 'left' as to_state
    from last_judged
    join enrolled on last_judged.patron_key = enrolled.patron_key
    join teaching on teaching.number = enrolled.last_number + 1
)

select
    membership.group_code as cohort,  -- 群体 | cohort | of ref.cohort #aggregate
    step.term,                        -- 学期 | term | in which the new state holds #aggregate
    step.from_state,                  -- 原状态 | from state | none for a person's first judged term #aggregate
    step.to_state,                    -- 新状态 | to state | left where the enrolment has ended #aggregate
    count(*) as persons               -- 人数 | people #aggregate
from step
join fact.membership as membership
    on step.patron_key = membership.patron_key and step.counted_in = membership.term and membership.group_type = 'cohort'
group by membership.group_code, step.term, step.from_state, step.to_state
