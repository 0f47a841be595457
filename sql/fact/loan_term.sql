-- What the single loans of each person tell of a term, beyond their number.
--
-- What is out when a term begins was lent before its first day and came back on that day, later, or not yet; what is out
-- when it ends did not come back by its last day.  What the loans begun in the term say stands in fact.loan_chain.
--
-- grain: patron_key, term
-- settles term: clean.loan

with returned as (
    select loan.patron_key, calendar.term, count(*) as returns
    from clean.loan as loan
    join ref.calendar_day as calendar on cast(loan.returned_at as date) = calendar.day
    where loan.patron_key is not null and calendar.term is not null
    group by all
),

held as (
    select loan.patron_key, term.term, count(*) as open_at_term_start
    from clean.loan as loan
    join ref.term as term
        on loan.loaned_on < term.starts_on
        and (loan.returned_at is null or cast(loan.returned_at as date) >= term.starts_on)
    join ref.horizon as horizon on term.starts_on <= horizon.as_of
    where loan.patron_key is not null and loan.status in ('returned', 'open')
    group by all
),

kept as (
    select loan.patron_key, term.term, count(*) as open_at_term_end
    from clean.loan as loan
    cross join ref.horizon as horizon
    join ref.term as term
        on term.starts_on <= horizon.as_of
        and loan.loaned_on <= least(term.ends_on, horizon.as_of)
        and (loan.returned_at is null or cast(loan.returned_at as date) > least(term.ends_on, horizon.as_of))
    where loan.patron_key is not null and loan.status in ('returned', 'open')
    group by all
),

known as (
    select patron_key, term from fact.loan_chain
    union
    select patron_key, term from returned
    union
    select patron_key, term from held
    union
    select patron_key, term from kept
)

select
    known.patron_key,
    known.term,
    coalesce(begun.ended_loans, 0) as ended_loans,
    begun.loan_days_median,
    begun.depth_max_run,
    coalesce(returned.returns, 0) as returns,             -- 归还册次 | returns | in the term, whenever lent
    coalesce(held.open_at_term_start, 0) as open_at_term_start,  -- 期初在借册数 | out at term start | lent before and not back
    coalesce(kept.open_at_term_end, 0) as open_at_term_end       -- 期末在借册数 | out at term end | whenever lent, and not back by the term's last day or the last day received
from known
left join fact.loan_chain as begun on known.patron_key = begun.patron_key and known.term = begun.term
left join returned on known.patron_key = returned.patron_key and known.term = returned.term
left join held on known.patron_key = held.patron_key and known.term = held.term
left join kept on known.patron_key = kept.patron_key and known.term = kept.term
