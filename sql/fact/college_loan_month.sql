-- One row for each college, month and main class with a loan begun, vacations included.
--
-- The college is that of the borrower on the day of the loan.  Loans of nobody in particular are left out; loans without
-- a class are a class of their own, so that the rows of a month sum to its loans.
--
-- grain: college, month, class_scheme, class_top
-- rebuild: month(month)
-- follows clean.enrolment: patron_key
-- persons: borrowers

select
    coalesce(enrolment.college, '未知 unknown') as college,             -- 学院 | college | on the day of the loan
    cast(date_trunc('month', loan.loaned_on) as date) as month,         -- 月份 | month | its first day #aggregate
    loan.class_scheme,
    coalesce(loan.class_top, '未分类 unclassed') as class_top,          -- 大类 | main class | of its classification #aggregate
    count(*) as loans,                                                  -- 借阅册次 | loans #aggregate
    count(distinct loan.patron_key) as borrowers                        -- 借阅人数 | borrowers #aggregate
from clean.loan as loan
left join clean.enrolment as enrolment
    on loan.patron_key = enrolment.patron_key
    and loan.loaned_on >= enrolment.valid_from
    and loan.loaned_on < enrolment.valid_to
where loan.patron_key is not null and loan.loaned_on is not null
group by all
