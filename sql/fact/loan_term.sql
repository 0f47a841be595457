-- What the single loans of each person tell of a term, beyond their number.
--
-- A chain is a row of loans, one after the other in time, whose books stand in one third-level class; loans without a
-- class are passed over, and a number that says no third level stands for its second.  What is out when a term begins
-- was lent before its first day and came back on that day, later, or not yet; what is out when it ends did not come back by
-- its last day.
--
-- grain: patron_key, term

with begun as (
    select
        loan.patron_key,
        calendar.term,
        loan.loan_key,
        loan.loaned_at,
        loan.loan_days,
        loan.class_second,
        concat(loan.class_scheme, ' ', coalesce(loan.class_third, loan.class_second)) as class_third
    from clean.loan as loan
    join ref.calendar_day as calendar on loan.loaned_on = calendar.day
    where loan.patron_key is not null and calendar.term is not null
),

length as (
    select
        patron_key,
        term,
        count(loan_days) as ended_loans,
        median(loan_days) as loan_days_median
    from begun
    group by patron_key, term
),

marked as (
    select
        patron_key,
        term,
        class_third,
        row_number() over (partition by patron_key, term order by loaned_at, loan_key)
        - row_number() over (partition by patron_key, term, class_third order by loaned_at, loan_key) as chain
    from begun
    where class_second is not null
),

chain as (
    select patron_key, term, class_third, chain, count(*) as loans
    from marked
    group by all
),

longest as (
    select patron_key, term, max(loans) as depth_max_run
    from chain
    group by patron_key, term
),

returned as (
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
    select patron_key, term from length
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
    coalesce(length.ended_loans, 0) as ended_loans,       -- 已还册次 | loans ended | of those begun in the term, whose length is known
    length.loan_days_median,                              -- 借期中位数 | median loan days | of the loans ended; those still out are left aside
    longest.depth_max_run,                                -- 最长连读 | longest chain | consecutive loans in one third-level class
    coalesce(returned.returns, 0) as returns,             -- 归还册次 | returns | in the term, whenever lent
    coalesce(held.open_at_term_start, 0) as open_at_term_start,  -- 期初在借册数 | out at term start | lent before and not back
    coalesce(kept.open_at_term_end, 0) as open_at_term_end       -- 期末在借册数 | out at term end | whenever lent, and not back by the term's last day or the last day received
from known
left join length on known.patron_key = length.patron_key and known.term = length.term
left join longest on known.patron_key = longest.patron_key and known.term = longest.term
left join returned on known.patron_key = returned.patron_key and known.term = returned.term
left join held on known.patron_key = held.patron_key and known.term = held.term
left join kept on known.patron_key = kept.patron_key and known.term = kept.term
