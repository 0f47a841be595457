-- One row for each person in scope in each term, seen in three views: overall use, reading habits, learning growth.
--
-- Zero means nothing was done; an empty measure means that it was not measured, for the reason in not_measured.
--
-- grain: patron_key, term
-- rebuild: term(term)

with gap as (
    select
        term,
        string_agg(concat(feed, ':', cast(cast(coalesce(coverage, 0) as decimal(4, 2)) as varchar)), ' ' order by feed)
            filter (where not is_measured and feed <> 'counter') as not_measured  -- 未测原因 | not measured | each feed whose coverage of the term is below the floor, with that coverage; people counters know nobody and are left out
    from ref.coverage_term
    group by term
)

select *
from fact.roster
join fact.presence using (patron_key, term)
join fact.reading using (patron_key, term)
join fact.space_use using (patron_key, term)
join fact.e_resource using (patron_key, term)
join fact.participation using (patron_key, term)
join fact.role using (patron_key, term)
join fact.activity using (patron_key, term)
join fact.rhythm using (patron_key, term)
join fact.variety using (patron_key, term)
join fact.standing using (patron_key, term)
join fact.movement using (patron_key, term)
join fact.growth using (patron_key, term)
join fact.lifecycle using (patron_key, term)
join gap using (term)
