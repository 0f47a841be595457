-- One row for each booking of a seat or a room, with whether it was used.
--
-- Rooms of a service that is never aimed at anybody (ref.protected_name) are left out: service.open_use counts them.
--
-- grain: booking_key
-- rebuild: month(service_date)
-- reads raw.space_booking: starts_at, whole booking_key
-- follows clean.patron_identifier: patron_key
-- check ends_after_it_begins: ends_at > starts_at
-- check attendance_is_known_or_said_to_be_unknown: attendance in ('attended', 'no_show', 'cancelled', 'unknown')

with latest as (
    select *
    from (
        select
            booking.*,
            row_number() over (
                partition by booking.booking_key
                order by case when booking.status in ('reserved', 'unknown') then 1 else 0 end, booking.checked_in_at, booking.source_file, booking.source_record
            ) as freshness
        from raw.space_booking as booking
        where not exists (
            select 1
            from ref.protected_name as protected
            where contains(concat(booking.building, ' ', booking.space), protected.name)
        )
    ) as ranked
    where freshness = 1 and ends_at > starts_at
)

select
    booking.booking_key,
    coalesce(card.patron_key, booking.patron_key) as patron_key,
    booking.building,
    booking.space,
    booking.space_type,
    booking.booked_at,
    booking.starts_at,
    booking.ends_at,
    booking.checked_in_at,
    booking.checked_out_at,
    cast(booking.starts_at as date) as service_date,                          -- 服务日 | service day
    booking.status,
    case
        when booking.status in ('cancelled_user', 'cancelled_staff', 'denied') then 'cancelled'
        when booking.status = 'no_show' then 'no_show'
        when booking.status = 'completed' or booking.checked_in_at is not null then 'attended'
        else 'unknown'
    end as attendance,                                                        -- 到场 | attendance | attended, no_show, cancelled or unknown; unknown is not attendance
    date_diff('minute', booking.starts_at, booking.ends_at) as booked_minutes,  -- 预约时长 | booked minutes
    case
        when booking.checked_out_at >= booking.checked_in_at
            then date_diff('minute', booking.checked_in_at, booking.checked_out_at)
    end as used_minutes,                                                      -- 使用时长 | used minutes | from check-in to check-out, where both are known
    booking.status = 'cancelled_user'
        and date_diff('minute', booking.cancelled_at, booking.starts_at) < 60 as was_cancelled_late  -- 临时取消 | late cancellation | within the hour before the start
from latest as booking
left join clean.patron_identifier as card
    on booking.patron_key = card.identifier_key
    and booking.starts_at >= card.valid_from
    and booking.starts_at < card.valid_to
