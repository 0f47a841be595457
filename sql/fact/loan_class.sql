-- One row for each person, term, month, unit and class of books borrowed.
--
-- The college and major are those of the day of the loan, so that a change of major splits a term in two.  The same
-- letters mean different classes in different classifications: a class is its class_scheme and class_second together.
--
-- grain: patron_key, term, month, college, major, class_scheme, class_second
-- rebuild: month(month)
-- follows clean.enrolment: patron_key

select
    loan.patron_key,
    calendar.term,
    cast(date_trunc('month', loan.loaned_on) as date) as month,  -- 月份 | month | its first day
    coalesce(enrolment.college, '未知 unknown') as college,  -- 学院 | college | on the day of the loan
    coalesce(enrolment.major, '未知 unknown') as major,      -- 专业 | major | on the day of the loan
    loan.class_scheme,
    loan.class_top,
    loan.class_second,
    count(*) as loans                                        -- 借阅册次 | loans
from clean.loan as loan
join ref.calendar_day as calendar on loan.loaned_on = calendar.day
left join clean.enrolment as enrolment
    on loan.patron_key = enrolment.patron_key
    and loan.loaned_on >= enrolment.valid_from
    and loan.loaned_on < enrolment.valid_to
where loan.patron_key is not null and loan.class_second is not null and calendar.term is not null
group by all
