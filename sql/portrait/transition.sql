-- One row for each cohort, term and way from one lifecycle state to another, with how many people went it.
--
-- The state before is that of a person's last judged term.  Whoever is on the roll of no teaching term any more goes to
-- `left`, in the next term after their last, and is counted in the cohorts they were in when last judged.  A term in which
-- absence cannot be told has no rows, since only those who came would be counted.
--
-- grain: cohort, term, from_state, to_state
-- rebuild: term(term)
-- reads fact.membership: whole
-- persons: persons

with step as (
    select
        patron_key,
        term as counted_in,
        term,
        coalesce(previous_state, 'none') as from_state,
        lifecycle_state as to_state
    from fact.lifecycle
    where lifecycle_state is not null and absence_is_told
    union all
    select patron_key, last_judged as counted_in, term, last_state as from_state, 'left' as to_state
    from fact.departure
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
