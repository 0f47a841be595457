-- What each person in scope borrowed in a term: zero where nothing, empty where circulation did not say.
--
-- grain: patron_key, term
-- view: reading
-- check overdue_rate_is_a_share: overdue_rate between 0 and 1
-- check renewal_rate_is_a_share: renewal_rate between 0 and 1

with term_total as (
    select
        patron_key,
        term,
        sum(loans) as loans,
        sum(renewed_loans) as renewed_loans,
        sum(loans_due) as loans_due,
        sum(loans_overdue) as loans_overdue
    from fact.loan_month
    group by all
),

top as (
    select patron_key, term, class_top, sum(loans) as loans
    from fact.loan_class
    group by all
),

second as (
    select
        patron_key,
        term,
        count(*) as classes,
        sum(loans) as loans
    from fact.loan_class
    group by all
),

weighed as (
    select
        patron_key,
        term,
        loans,
        sum(loans) over (partition by patron_key, term) as total
    from top
),

mix as (
    select
        patron_key,
        term,
        max(loans) as largest,
        min(total) as total,
        sum(cast(-(loans / nullif(total, 0)) * ln(nullif(loans / nullif(total, 0), 0)) as decimal(18, 9))) as entropy
    from weighed
    group by all
)

select
    roster.patron_key,
    roster.term,
    case when coverage.is_measured then cast(coalesce(term_total.loans, 0) as bigint) end as loans,          -- 借阅册次 | loans | begun in the term, renewals not counted
    case
        when coverage.is_measured then cast(term_total.renewed_loans as double) / nullif(term_total.loans, 0)
    end as renewal_rate,                                                        -- 续借率 | renewal rate | share of loans renewed at least once
    case
        when coverage.is_measured then cast(term_total.loans_overdue as double) / nullif(term_total.loans_due, 0)
    end as overdue_rate,                                                        -- 逾期率 | overdue rate | of loans due in the term, those late or still out
    case when coverage.is_measured then cast(second.loans as bigint) end as classed_loans,  -- 有分类册次 | classed loans | whose class could be read
    case when coverage.is_measured then cast(second.classes as bigint) end as breadth,      -- 阅读广度 | breadth | distinct second-level classes
    case
        when coverage.is_measured and mix.total >= 5 then exp(cast(mix.entropy as double))
    end as diversity,                                                           -- 阅读多样性 | diversity | Hill number of order 1 over main classes; from 5 classed loans on
    case
        when coverage.is_measured and mix.total >= 5 then cast(mix.largest as double) / nullif(mix.total, 0)
    end as top_class_share                                                      -- 首位大类占比 | top class share | from 5 classed loans on
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'loan'
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
left join second on roster.patron_key = second.patron_key and roster.term = second.term
left join mix on roster.patron_key = mix.patron_key and roster.term = mix.term
