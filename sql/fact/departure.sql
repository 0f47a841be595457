-- Who is on the roll of no teaching term any more, and where they stood when they were last judged.
--
-- A person has left in the next term after their last in which absence can be told; nobody has left while there is none.
--
-- grain: patron_key
-- check state_is_known: last_state in ('never', 'new', 'active', 'at_risk', 'returning', 'dormant', 'lapsed')

with state as (
    select
        lifecycle.patron_key,
        lifecycle.term,
        lifecycle.lifecycle_state,
        lifecycle.absence_is_told,
        term.starts_on
    from fact.lifecycle as lifecycle
    join ref.term as term on lifecycle.term = term.term
    where term.season <> 'summer'
),

last as (
    select
        patron_key,
        max(starts_on) as seen_on,
        max(starts_on) filter (where lifecycle_state is not null) as judged_on
    from state
    group by patron_key
),

told as (
    select
        term,
        min(starts_on) as starts_on,
        lag(min(starts_on)) over (order by min(starts_on)) as told_before
    from state
    where absence_is_told
    group by term
)

select
    state.patron_key,
    told.term,                            -- 离开学期 | left in | the next term after their last
    state.term as last_judged,            -- 最后判定学期 | last judged in
    state.lifecycle_state as last_state   -- 最后状态 | last state | lifecycle state of that term
from last
join told on last.seen_on < told.starts_on and last.seen_on >= coalesce(told.told_before, last.seen_on)
join state on last.patron_key = state.patron_key and last.judged_on = state.starts_on
