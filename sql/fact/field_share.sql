-- How much of what each person in scope borrowed in a term is of their own field, and how much in their term before.
--
-- Loans are those of fact.loan_kind, without the sensitive classes.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- reads fact.roster: earlier of patron_key
-- reads fact.loan_sign: earlier of patron_key
-- reads ref.coverage_term: earlier
-- check own_share_is_a_share: own_share between 0 and 1

with shared as (
    select
        roster.patron_key,
        roster.term,
        term.starts_on,
        case when coverage.is_measured and read.placed_loans >= 5 then cast(read.own_loans as double) / nullif(read.placed_loans, 0) end as own_share
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'loan'
    left join fact.loan_sign as read on roster.patron_key = read.patron_key and roster.term = read.term
)

select
    patron_key,
    term,
    own_share,                                                                               -- 本学科借阅占比 | own-field share of loans | sensitive classes left out; from 5 loans on
    lag(own_share) over (partition by patron_key order by starts_on) as own_share_before     -- 上学期本学科借阅占比 | own-field share the term before | the person's own last term
from shared
