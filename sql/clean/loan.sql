-- One row for each loan, with what its dates can and cannot say.
--
-- An open loan that comes again once it has ended is one loan: the row that knows the return wins.  Loans that came as
-- single events are paired in clean.paired_loan and stand here beside those that came whole.
--
-- Which classification its call number belongs to is never read off the number: ref.class_scheme and the site file say.
--
-- grain: loan_key
-- rebuild: month(loaned_on)
-- reads raw.loan: loaned_at, whole loan_key
-- reads clean.paired_loan: loaned_at
-- follows clean.patron_identifier: patron_key
-- follows clean.call_class: call_number
-- check class_status_is_known: class_status in ('classed', 'unknown', 'none_given', 'no_scheme')
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
        coalesce(loan.source_file, '') as source_file,
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
    select loan_key, patron_key, item_key, call_number, location, item_type, loaned_at, due_at, returned_at, renewals, source_file, told
    from latest
    union all
    select loan_key, patron_key, item_key, call_number, location, item_type, loaned_at, due_at, returned_at, renewals, coalesce(source_file, '') as source_file,
        case when status in ('return_missing', 'loan_missing') then status end as told
    from clean.paired_loan
),

dated as (
    select
        *,
        coalesce(returned_at < loaned_at, false) as is_backward
    from whole
),

shelf as (
    select
        dated.source_file,
        coalesce(dated.location, '') as location,
        coalesce(dated.item_type, '') as item_type,
        coalesce(rule.class_scheme, site.class_scheme) as class_scheme
    from (select distinct source_file, location, item_type from dated) as dated
    cross join ref.site as site
    left join ledger.file as file on dated.source_file = file.source_file
    left join ref.class_scheme as rule
        on coalesce(file.source, '') like rule.source
        and coalesce(dated.location, '') like rule.location
        and coalesce(dated.item_type, '') like rule.item_type
    qualify row_number() over (
        partition by dated.source_file, coalesce(dated.location, ''), coalesce(dated.item_type, '') order by rule.position
    ) = 1
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
        when dated.returned_at is not null then dated.due_at < dated.returned_at
    end as was_overdue,                                                       -- 是否逾期 | overdue | returned after the due time; empty where it is out, or came back on an unknown day
    dated.told is null and dated.returned_at is null as is_out,               -- 是否在借 | still out | as far as is known; whether past its due time is for the day to say on which it is asked
    shelf.class_scheme,                                                       -- 分类法 | class scheme | clc, lcc, ddc or none: of the site, or of this part of its stock
    case
        when shelf.class_scheme = 'none' then 'no_scheme'
        when dated.call_number is null then 'none_given'
        when number.class_top is null then 'unknown'
        else 'classed'
    end as class_status,                                                      -- 分类状态 | class status | classed; unknown, where the call number is none of its classification; none_given, where there is no number; no_scheme, where the stock is not classed #aggregate
    number.class_top,
    number.class_second,
    number.class_third
from dated
join shelf on dated.source_file = shelf.source_file and coalesce(dated.location, '') = shelf.location and coalesce(dated.item_type, '') = shelf.item_type
left join clean.call_class as number on shelf.class_scheme = number.class_scheme and dated.call_number = number.call_number
