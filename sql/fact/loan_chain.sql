-- How long what each person borrowed in a term was kept, and the longest chain of loans in one class.
--
-- A chain is a row of loans, one after the other in time, whose books stand in one third-level class; loans without a
-- class are passed over, and a number that says no third level stands for its second.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- check no_chain_is_empty: depth_max_run >= 1

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
)

select
    length.patron_key,
    length.term,
    length.ended_loans,       -- 已还册次 | loans ended | of those begun in the term, whose length is known
    length.loan_days_median,  -- 借期中位数 | median loan days | of the loans ended; those still out are left aside
    longest.depth_max_run     -- 最长连读 | longest chain | consecutive loans in one third-level class
from length
left join longest on length.patron_key = longest.patron_key and length.term = longest.term
