-- What each person in scope read in a term, counted so that nobody gains by borrowing for the count alone.
--
-- A book counts once in a term, if it was held for a day; so many a day and a month at most.  An item stands for its
-- title, as titles stay behind; what is still out counts by how long it was known to be out some weeks after the term.
-- Score = books counted + bonus for each second-level class − cost of each overdue loan, never below 0; the numbers are
-- those of ref.study_rule.  Zero where nothing counts, empty where it was not measured.
--
-- The marks in `doubts` keep a person off the lists until somebody has looked; they are for the data team, and no report
-- reads them.  No feed tells of broken rules, so none is looked at.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- check a_score_is_not_negative: reading_score >= 0
-- check a_share_is_a_share: late_share between 0 and 1

with rule as (
    select
        max(case when rule = 'loans_a_day' then value end) as loans_a_day,
        max(case when rule = 'loans_a_month' then value end) as loans_a_month,
        max(case when rule = 'held_hours' then value end) as held_hours,
        max(case when rule = 'breadth_bonus' then value end) as breadth_bonus,
        max(case when rule = 'overdue_cost' then value end) as overdue_cost,
        max(case when rule = 'bulk_loans' then value end) as bulk_loans,
        max(case when rule = 'bulk_minutes' then value end) as bulk_minutes,
        max(case when rule = 'late_days' then value end) as late_days,
        max(case when rule = 'late_share' then value end) as late_share,
        max(case when rule = 'late_loans' then value end) as late_loans,
        max(case when rule = 'passing_visits' then value end) as passing_visits
    from ref.study_rule
),

loan as (
    select
        loan.patron_key,
        calendar.term,
        loan.loan_key,
        coalesce(loan.item_key, loan.loan_key) as item,
        loan.loaned_at,
        loan.loaned_on,
        loan.class_second,
        date_diff('second', loan.loaned_at, case
            when loan.status = 'returned' then loan.returned_at
            when loan.status = 'open' then cast(so_far.settled_on as timestamp)
        end) as held_seconds,
        date_diff('day', loan.loaned_on, term.ends_on) as days_left
    from clean.loan as loan
    join ref.calendar_day as calendar on loan.loaned_on = calendar.day
    join ref.term as term on calendar.term = term.term
    join ref.term_so_far as so_far on term.term = so_far.term
    where loan.patron_key is not null
),

kept as (
    select loan.patron_key, loan.term, loan.loaned_on, loan.class_second
    from loan
    cross join rule
    where loan.held_seconds >= 3600 * rule.held_hours
    qualify row_number() over (partition by loan.patron_key, loan.term, loan.item order by loan.loaned_at, loan.loan_key) = 1
),

daily as (
    select
        kept.patron_key,
        kept.term,
        date_trunc('month', kept.loaned_on) as month,
        least(count(*), min(rule.loans_a_day)) as books
    from kept
    cross join rule
    group by kept.patron_key, kept.term, kept.loaned_on
),

monthly as (
    select daily.patron_key, daily.term, least(sum(daily.books), min(rule.loans_a_month)) as books
    from daily
    cross join rule
    group by daily.patron_key, daily.term, daily.month
),

counted as (
    select patron_key, term, sum(books) as books
    from monthly
    group by patron_key, term
),

breadth as (
    select patron_key, term, count(distinct class_second) as classes
    from kept
    group by patron_key, term
),

late as (
    select
        loan.patron_key,
        loan.term,
        count(*) as loans,
        count(*) filter (where loan.days_left < rule.late_days) as late_loans
    from loan
    cross join rule
    group by loan.patron_key, loan.term
),

brief as (
    select loan.patron_key, loan.term, loan.loan_key, loan.loaned_at, loan.held_seconds
    from loan
    cross join rule
    where loan.held_seconds <= 60 * rule.bulk_minutes
),

span as (
    select first_loan.patron_key, first_loan.term, first_loan.loan_key, count(*) as loans
    from brief as first_loan
    join brief as other on first_loan.patron_key = other.patron_key and first_loan.term = other.term
    cross join rule
    where other.loaned_at >= first_loan.loaned_at
        and date_diff('second', first_loan.loaned_at, other.loaned_at) + other.held_seconds <= 60 * rule.bulk_minutes
    group by first_loan.patron_key, first_loan.term, first_loan.loan_key
),

bulk as (
    select patron_key, term, max(loans) as loans
    from span
    group by patron_key, term
),

overdue as (
    select patron_key, term, sum(loans_overdue) as loans
    from fact.loan_month
    group by patron_key, term
),

stay as (
    select patron_key, term, sum(stay_days) as stay_days, sum(passing_visits) as passing_visits
    from fact.stay_month
    group by patron_key, term
),

person as (
    select
        roster.patron_key,
        roster.term,
        case when lending.is_measured then coalesce(counted.books, 0) end as books_counted,
        case when lending.is_measured then coalesce(breadth.classes, 0) end as classes_counted,
        case when lending.is_measured then coalesce(overdue.loans, 0) end as books_overdue,
        case when lending.is_measured then coalesce(bulk.loans, 0) end as bulk_loans,
        case when lending.is_measured and late.loans >= rule.late_loans then cast(late.late_loans as double) / nullif(late.loans, 0) end as late_share,
        case when gate.is_measured then coalesce(stay.stay_days, 0) end as stay_days,
        case when gate.is_measured then coalesce(stay.passing_visits, 0) end as passing_visits,
        rule.breadth_bonus,
        rule.overdue_cost,
        rule.bulk_loans as most_bulk_loans,
        rule.late_share as most_late_share,
        rule.passing_visits as most_passing_visits
    from fact.roster as roster
    cross join rule
    left join ref.coverage_term as lending on roster.term = lending.term and lending.feed = 'loan'
    left join ref.coverage_term as gate on roster.term = gate.term and gate.feed = 'gate'
    left join counted on roster.patron_key = counted.patron_key and roster.term = counted.term
    left join breadth on roster.patron_key = breadth.patron_key and roster.term = breadth.term
    left join overdue on roster.patron_key = overdue.patron_key and roster.term = overdue.term
    left join late on roster.patron_key = late.patron_key and roster.term = late.term
    left join bulk on roster.patron_key = bulk.patron_key and roster.term = bulk.term
    left join stay on roster.patron_key = stay.patron_key and roster.term = stay.term
)

select
    patron_key,
    term,
    cast(books_counted as bigint) as books_counted,      -- 计入册数 | books counted | each once, held for a day, within the caps of day and month
    cast(classes_counted as bigint) as classes_counted,  -- 计入类数 | classes counted | distinct second-level classes of books held for a day
    cast(books_overdue as bigint) as books_overdue,      -- 逾期册数 | books overdue | of those due in the term
    case
        when books_counted is not null then cast(greatest(0, books_counted + breadth_bonus * classes_counted - overdue_cost * books_overdue) as double)
    end as reading_score,                                -- 阅读得分 | reading score | books counted + bonus × classes − cost × overdue, not below 0
    cast(stay_days as bigint) as stay_days,              -- 有效到馆天数 | days with a stay | with a visit that is no mere passage
    cast(passing_visits as bigint) as passing_visits,    -- 过短进出次数 | passages | visits left, or entered again, within minutes
    cast(bulk_loans as bigint) as bulk_loans,            -- 批量借还册数 | loans in bulk | most books borrowed and brought back within one stretch of the rule's minutes
    late_share,                                          -- 期末借阅占比 | share of late loans | begun in the term's last days; from the rule's number of loans on
    concat_ws(' ',
        case when bulk_loans >= most_bulk_loans then 'bulk_loans' end,
        case when late_share > most_late_share then 'late_loans' end,
        case when passing_visits >= most_passing_visits then 'passing_visits' end
    ) as doubts                                          -- 待核原因 | to be looked at | bulk_loans, late_loans, passing_visits; blank where nothing
from person
