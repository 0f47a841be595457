-- One row for each loan, with what its dates can and cannot say.
--
-- An open loan that comes again once it has ended is one loan: the row that knows the return wins.  Loans that came as
-- single events are paired in clean.paired_loan and stand here beside those that came whole.
--
-- grain: loan_key
-- check a_loan_ends_after_it_begins: returned_at >= loaned_at
-- check renewals_are_not_negative: renewals >= 0

with latest as (
    select
        loan.loan_key,
        coalesce(card.patron_key, loan.patron_key) as patron_key,
        loan.item_key,
        loan.call_number,
        loan.location,
        loan.item_type,
        loan.loaned_at,
        loan.due_at,
        loan.returned_at,
        loan.renewals,
        case when loan.notes like '%returned_at%' then 'return_day_unknown' end as told
    from raw.loan as loan
    left join clean.patron_identifier as card
        on loan.patron_key = card.identifier_key
        and loan.loaned_at >= card.valid_from
        and loan.loaned_at < card.valid_to
    qualify row_number() over (
        partition by loan.loan_key
        order by case when loan.returned_at is null then 1 else 0 end, loan.returned_at desc, loan.renewals desc, loan.source_file, loan.source_record
    ) = 1
),

whole as (
    select loan_key, patron_key, item_key, call_number, location, item_type, loaned_at, due_at, returned_at, renewals, told
    from latest
    union all
    select loan_key, patron_key, item_key, call_number, location, item_type, loaned_at, due_at, returned_at, renewals,
        case when status in ('return_missing', 'loan_missing') then status end as told
    from clean.paired_loan
),

dated as (
    select
        *,
        coalesce(returned_at < loaned_at, false) as is_backward
    from whole
)

select
    dated.loan_key,
    dated.patron_key,
    dated.item_key,
    dated.location,
    dated.item_type,
    dated.loaned_at,
    cast(dated.loaned_at as date) as loaned_on,                               -- 借出日期 | loaned on
    dated.due_at,
    case when not dated.is_backward then dated.returned_at end as returned_at,  -- 归还时间 | returned at | empty while out, or where it lies before the loan
    dated.renewals,
    case
        when dated.is_backward then 'return_before_loan'
        when dated.told in ('return_missing', 'loan_missing') then dated.told
        when dated.loaned_at is null then 'loan_day_unknown'
        when dated.returned_at is not null then 'returned'
        when dated.told = 'return_day_unknown' then dated.told
        else 'open'
    end as status,                                                            -- 借阅状态 | status | returned, open, return_before_loan, loan_day_unknown, return_day_unknown; of a log of events also return_missing (lent again meanwhile) and loan_missing (the log begins after the loan)
    case
        when not dated.is_backward then date_diff('day', dated.loaned_at, dated.returned_at)
    end as loan_days,                                                         -- 借期天数 | loan days
    case
        when dated.told is null or dated.returned_at is not null
            then dated.due_at < coalesce(dated.returned_at, cast(horizon.as_of as timestamp))
    end as was_overdue,                                                       -- 是否逾期 | overdue | returned after the due time, or still out past it; empty where it came back on an unknown day
    case
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^[ABCDEFGHIJKNOPQRSUVXZ]([^A-Z]|$)') then left(dated.call_number, 1)
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^T[BDEFGHJKLMNPQSUV]?([^A-Z]|$)') then 'T'
    end as class_top,                                                         -- 大类 | main class | of the Chinese Library Classification; empty where it cannot be read #aggregate
    case
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^[ABCDEFGHIJKNOPQRSUVXZ][0-9]') then left(dated.call_number, 2)
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^[ABCDEFGHIJKNOPQRSUVXZ]([^A-Z]|$)') then left(dated.call_number, 1)
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^T[BDEFGHJKLMNPQSUV]([^A-Z]|$)') then left(dated.call_number, 2)
        when site.class_scheme = 'clc' and regexp_matches(dated.call_number, '^T([^A-Z]|$)') then 'T'
    end as class_second                                                       -- 二级类 | second class | letter and first digit, or two letters within T #aggregate
from dated
cross join ref.site as site
left join ref.horizon as horizon on true
