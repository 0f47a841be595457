-- How much more or less each person did in a term than in their term before.
--
-- The use index changes only between terms in which the same percentiles make it.  Days and loans of a term that still runs
-- are not set beside those of a whole one.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- reads fact.roster: earlier of patron_key
-- reads fact.presence: earlier
-- reads fact.reading: earlier
-- reads fact.activity: earlier
-- reads fact.standing: earlier
-- reads ref.term_so_far: earlier
-- view: growth

with moved as (
    select
        roster.patron_key,
        roster.term,
        lag(presence.visit_days) over person as previous_visit_days,
        lag(reading.loans) over person as previous_loans,
        lag(standing.use_index) over ranked as previous_index,
        lag(standing.use_index_parts) over ranked as previous_parts,
        standing.use_index,
        standing.use_index_parts,
        case when not so_far.is_running then presence.visit_days end as visit_days,
        case when not so_far.is_running then reading.loans end as loans,
        sum(case when activity.active_days >= 2 then 1 else 0 end) over (
            partition by roster.patron_key order by term.starts_on rows between unbounded preceding and current row
        ) as terms_active
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    join ref.term_so_far as so_far on roster.term = so_far.term
    join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
    join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
    left join fact.standing as standing on roster.patron_key = standing.patron_key and roster.term = standing.term
    where roster.is_exposed
    window
        person as (partition by roster.patron_key order by term.starts_on),
        ranked as (partition by roster.patron_key, standing.use_index is null order by term.starts_on)
)

select
    roster.patron_key,
    roster.term,
    case
        when moved.use_index_parts = moved.previous_parts then moved.use_index - moved.previous_index
    end as use_index_change,      -- 综合利用变化 | change of use index | since the last term it was measured in, where the same percentiles make both
    moved.visit_days - moved.previous_visit_days as visit_days_change,  -- 到馆天数变化 | change of days visited | since the person's term before
    moved.loans - moved.previous_loans as loans_change,                 -- 借阅变化 | change of loans | since the person's term before
    cast(moved.terms_active as bigint) as terms_active                  -- 活跃学期数 | terms active | terms so far with two active days or more
from fact.roster as roster
left join moved on roster.patron_key = moved.patron_key and roster.term = moved.term
