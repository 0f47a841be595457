-- One row for each loan that a log of events tells of: what was lent and what came back, paired by item and time.
--
-- A loan ends with the next return of the same item, whoever brings it.  A loan upon a loan by the same person within
-- 120 days is a renewal; later, or by somebody else, it shows that the return before it is missing (return_missing).
-- A return without an open loan is a row of its own without a loan time (loan_missing); so are renewals without one.
-- Where a loan and a return bear the same time, what was out comes back first, and what was in goes out first.
--
-- grain: loan_key
-- rebuild: month(begun_on)
-- reads raw.loan_event: happened_at, whole item_key
-- follows clean.patron_identifier: patron_key
-- check a_loan_ends_after_it_begins: returned_at >= loaned_at
-- check status_is_known: status in ('returned', 'open', 'return_missing', 'loan_missing')
-- check only_a_lost_beginning_has_no_loan_time: (loaned_at is null) = (status = 'loan_missing')

with event as (
    select
        logged.item_key,
        coalesce(card.patron_key, logged.patron_key) as patron_key,
        logged.event,
        logged.happened_at,
        logged.due_at,
        logged.call_number,
        logged.location,
        logged.item_type,
        logged.source_file
    from raw.loan_event as logged
    left join clean.patron_identifier as card
        on logged.patron_key = card.identifier_key
        and logged.happened_at >= card.valid_from
        and logged.happened_at < card.valid_to
    qualify row_number() over (
        partition by logged.item_key, logged.event, date_trunc('second', logged.happened_at), coalesce(card.patron_key, logged.patron_key)
        order by logged.happened_at, logged.due_at desc, logged.source_file, logged.source_record
    ) = 1
),

moment as (
    select
        item_key,
        happened_at,
        case when max(case when event = 'return' then 1 else 0 end) = 0 then happened_at end as out_at,
        case when min(case when event = 'return' then 1 else 0 end) = 1 then happened_at end as in_at
    from event
    group by item_key, happened_at
),

known as (
    select
        item_key,
        happened_at,
        coalesce(max(out_at) over earlier > coalesce(max(in_at) over earlier, timestamp '0001-01-01 00:00:00'), false) as was_out
    from moment
    window earlier as (partition by item_key order by happened_at rows between unbounded preceding and 1 preceding)
),

ordered as (
    select
        event.*,
        case
            when event.event = 'loan' then 3
            when event.event = 'return' then case when known.was_out then 2 else 5 end
            else case when known.was_out then 1 else 4 end
        end as turn
    from event
    join known on event.item_key = known.item_key and event.happened_at = known.happened_at
),

preceded as (
    select
        *,
        lag(happened_at) over item as touched_at,
        lag(event) over moved as moved_before,
        lag(patron_key) over moved as holder
    from ordered
    window
        item as (partition by item_key order by happened_at, turn, patron_key),
        moved as (partition by item_key, case when event = 'renewal' then 1 else 0 end order by happened_at, turn, patron_key)
),

judged as (
    select
        *,
        case
            when event = 'loan' and moved_before = 'loan' and holder = patron_key and date_diff('day', touched_at, happened_at) <= 120 then 'renewal'
            else event
        end as role
    from preceded
),

begun as (
    select
        *,
        sum(case when role = 'loan' then 1 else 0 end) over (partition by item_key order by happened_at, turn, patron_key rows between unbounded preceding and current row)
        + sum(case when role = 'return' then 1 else 0 end) over (partition by item_key order by happened_at, turn, patron_key rows between unbounded preceding and current row)
        - case when role = 'return' then 1 else 0 end as turn_of_item
    from judged
),

paired as (
    select
        item_key,
        turn_of_item,
        coalesce(
            min(case when role = 'loan' then patron_key end), min(case when role = 'return' then patron_key end), min(patron_key)
        ) as patron_key,
        min(case when role = 'loan' then happened_at end) as loaned_at,
        min(case when role = 'return' then happened_at end) as returned_at,
        min(happened_at) as first_at,
        max(due_at) as due_at,
        min(call_number) as call_number,
        min(location) as location,
        min(item_type) as item_type,
        min(source_file) as source_file,
        cast(sum(case when role = 'renewal' then 1 else 0 end) as integer) as renewals
    from begun
    group by item_key, turn_of_item
)

select
    concat('paired-', md5(concat_ws('|', item_key, coalesce(patron_key, ''), strftime(first_at, '%Y%m%d%H%M%S'),
        case when loaned_at is not null then 'out' when returned_at is not null then 'in' else 'renewed' end))) as loan_key,    -- 流水号 | loan | made from the item, the person and the first event
    patron_key,                                                                  -- 读者假名 | patron | who borrowed; where the log does not say, who returned
    item_key,
    call_number,
    location,
    item_type,
    source_file,
    cast(first_at as date) as begun_on,                                          -- 起始日期 | begun on | day of the first event #aggregate
    loaned_at,                                                                   -- 借出时间 | loaned at | empty where the log begins later #aggregate
    due_at,                                                                      -- 应还时间 | due at | the last due time
    returned_at,                                                                 -- 归还时间 | returned at | empty while out, or where the return is missing #aggregate
    renewals,                                                                    -- 续借次数 | renewals | logged as such, and loans upon a loan within 120 days #aggregate
    case
        when loaned_at is null then 'loan_missing'
        when returned_at is not null then 'returned'
        when lead(turn_of_item) over (partition by item_key order by turn_of_item) is not null then 'return_missing'
        else 'open'
    end as status                                                                -- 配对状态 | pairing | returned, open, return_missing or loan_missing #aggregate
from paired
