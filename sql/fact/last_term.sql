-- The last term in which each person is in scope.
--
-- grain: patron_key

select
    roster.patron_key,
    roster.term
from fact.roster as roster
join ref.term as term on roster.term = term.term
qualify row_number() over (partition by roster.patron_key order by term.starts_on desc) = 1
