-- One row for each loan of which a need may be read: whether it is of the reader's own field, and of which interest.
--
-- Only the main class of a loan is told here: services know no more of what anybody reads.
--
-- grain: loan_key
-- rebuild: month(loaned_on)
-- follows fact.new_class: loan_key
-- follows clean.enrolment: patron_key
-- check field_is_known: field in ('own', 'other', 'general')

select
    loan.loan_key,
    loan.patron_key,
    loan.loaned_on,
    calendar.term,
    loan.class_scheme,
    loan.class_top,
    own.field,                                                  -- 学科归属 | field | own; other, of another discipline; general, of none; empty where no discipline is listed for the major
    interest.interest,                                          -- 兴趣 | interest | of ref.interest; empty where it is of none
    new.loan_key is not null as is_new_class                    -- 是否首次涉及大类 | new class | the first loan of the reader in its main class
from fact.screened_loan as loan
left join ref.calendar_day as calendar on loan.loaned_on = calendar.day
left join clean.enrolment as enrolment
    on loan.patron_key = enrolment.patron_key
    and loan.loaned_on >= enrolment.valid_from
    and loan.loaned_on < enrolment.valid_to
left join fact.class_field as own
    on coalesce(enrolment.college, '未知 unknown') = own.college
    and coalesce(enrolment.major, '未知 unknown') = own.major
    and loan.class_scheme = own.class_scheme
    and loan.class_second = own.class_second
left join ref.interest as interest on loan.class_scheme = interest.class_scheme and loan.class_top = interest.class_top
left join fact.new_class as new on loan.loan_key = new.loan_key
