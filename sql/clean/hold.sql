-- One row for each hold, with what became of it and how long it took.
--
-- A hold that comes again as it goes on is one hold: the row that knows its end wins.
--
-- grain: hold_key
-- check nobody_waits_backwards: days_waited >= 0
-- check outcome_is_known: outcome in ('fulfilled', 'cancelled', 'expired', 'ready', 'waiting')

with latest as (
    select
        hold.hold_key,
        coalesce(card.patron_key, hold.patron_key) as patron_key,
        hold.item_key,
        hold.title_key,
        hold.location,
        hold.placed_at,
        hold.ready_at,
        hold.fulfilled_at,
        hold.expires_at,
        hold.cancelled_at
    from raw.hold as hold
    left join clean.patron_identifier as card
        on hold.patron_key = card.identifier_key
        and hold.placed_at >= card.valid_from
        and hold.placed_at < card.valid_to
    qualify row_number() over (
        partition by hold.hold_key
        order by
            case when hold.fulfilled_at is not null or hold.cancelled_at is not null then 0 when hold.ready_at is not null then 1 else 2 end,
            coalesce(hold.fulfilled_at, hold.cancelled_at, hold.ready_at) desc, hold.expires_at desc, hold.source_file, hold.source_record
    ) = 1
)

select
    latest.hold_key,
    latest.patron_key,
    latest.item_key,
    latest.title_key,
    latest.location,
    latest.placed_at,
    cast(latest.placed_at as date) as placed_on,                                          -- 预约日期 | placed on
    latest.ready_at,
    latest.fulfilled_at,
    case
        when latest.fulfilled_at is not null then 'fulfilled'
        when latest.cancelled_at is not null then 'cancelled'
        when latest.expires_at < cast(horizon.as_of as timestamp) then 'expired'
        when latest.ready_at is not null then 'ready'
        else 'waiting'
    end as outcome,                                                                       -- 结果 | outcome | fulfilled, cancelled, expired, ready or waiting
    case
        when coalesce(latest.ready_at, latest.fulfilled_at) >= latest.placed_at
            then date_diff('day', latest.placed_at, coalesce(latest.ready_at, latest.fulfilled_at))
    end as days_waited                                                                    -- 等待天数 | days waited | until it lay ready; until it was fetched where that alone is known
from latest
left join ref.horizon as horizon on true
