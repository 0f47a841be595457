-- One row for each group, term and class of books: how much of it the group reads, beside what everybody reads.
--
-- The same letters mean different classes in different classifications, so a class is its scheme and its letters together.
-- Classes of students are left out: they are too small to have subjects of their own.
--
-- grain: group_type, group_code, term, class_scheme, class_second
-- rebuild: term(term)
-- persons: borrowers
-- check shares_are_shares: share_in_group between 0 and 1 and share_overall between 0 and 1

with person as (
    select patron_key, term, class_scheme, class_top, class_second, sum(loans) as loans
    from fact.loan_class
    where class_second is not null
    group by all
),

borrowed as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        person.class_scheme,
        person.class_top,
        person.class_second,
        sum(person.loans) as loans,
        count(*) as borrowers
    from person
    join fact.membership as membership on person.patron_key = membership.patron_key and person.term = membership.term
    where membership.group_type <> 'class'
    group by all
),

weighed as (
    select
        *,
        sum(loans) over (partition by group_type, group_code, term) as group_loans
    from borrowed
),

overall as (
    select term, class_scheme, class_second, loans, group_loans
    from weighed
    where group_type = 'cohort' and group_code = 'everyone'
)

select
    weighed.group_type,
    weighed.group_code,
    weighed.term,
    weighed.class_scheme,
    weighed.class_top,
    weighed.class_second,
    cast(weighed.borrowers as bigint) as borrowers,                                     -- 借阅人数 | borrowers | of the class in the group #aggregate
    cast(weighed.loans as bigint) as loans,                                             -- 借阅册次 | loans #aggregate
    cast(weighed.loans as double) / nullif(weighed.group_loans, 0) as share_in_group,   -- 组内占比 | share in the group | of its classed loans #aggregate #index
    cast(overall.loans as double) / nullif(overall.group_loans, 0) as share_overall,    -- 全校占比 | share of everybody's #aggregate #index
    cast(weighed.loans as double) / nullif(weighed.group_loans, 0)
        / nullif(cast(overall.loans as double) / nullif(overall.group_loans, 0), 0) as location_quotient  -- 区位商 | location quotient | share in the group over the share of everybody's; above 1 the group reads more of it #aggregate #index
from weighed
join overall
    on weighed.term = overall.term and weighed.class_scheme = overall.class_scheme and weighed.class_second = overall.class_second
