-- One row for each person, term and class of books borrowed.
--
-- grain: patron_key, term, class_second

select
    loan.patron_key,
    calendar.term,
    loan.class_top,
    loan.class_second,
    count(*) as loans  -- 借阅册次 | loans
from clean.loan as loan
join ref.calendar_day as calendar on loan.loaned_on = calendar.day
where loan.patron_key is not null and loan.class_second is not null and calendar.term is not null
group by all
