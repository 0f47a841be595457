-- One row for each person in scope in the latest term: their portrait in it, and all their terms together.
--
-- Who has left has no row here, but keeps one in portrait.career.
--
-- grain: patron_key

with latest as (
    select max(term.starts_on) as starts_on
    from portrait.career as career
    join ref.term as term on career.last_term = term.term
)

select
    individual.* exclude (terms_active, terms_exposed),
    career.* exclude (patron_key, last_term),
    horizon.as_of
from portrait.individual as individual
join portrait.career as career on individual.patron_key = career.patron_key and individual.term = career.last_term
join ref.term as term on individual.term = term.term
join latest on term.starts_on = latest.starts_on
cross join ref.horizon as horizon
