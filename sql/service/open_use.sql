-- One row for each service that is never aimed at anybody and month: how often it was used, and by how many.
--
-- The only figure that is ever made of it; nothing here or elsewhere says who.
--
-- grain: service, month
-- rebuild: month(month)
-- persons: persons
-- check as_many_uses_as_people: uses >= persons

with booked as (
    select
        min(protected.service) as service,
        cast(date_trunc('month', booking.starts_at) as date) as month,
        concat('booking ', booking.booking_key) as use_key,
        min(booking.patron_key) as patron_key
    from raw.space_booking as booking
    join ref.protected_name as protected on contains(concat(booking.building, ' ', booking.space), protected.name)
    where booking.status not in ('cancelled_user', 'cancelled_staff', 'denied')
    group by booking.booking_key, cast(date_trunc('month', booking.starts_at) as date)
),

attended as (
    select
        min(protected.service) as service,
        cast(date_trunc('month', event.starts_at) as date) as month,
        concat('event ', event.event_key, ' ', event.patron_key) as use_key,
        event.patron_key
    from raw.event_attendance as event
    join ref.protected_name as protected
        on contains(concat(event.series, ' ', event.title, ' ', event.place), protected.name)
    where event.attendance = 'attended' and event.patron_key is not null
    group by event.event_key, event.patron_key, cast(date_trunc('month', event.starts_at) as date)
),

used as (
    select service, month, use_key, patron_key from booked
    union all
    select service, month, use_key, patron_key from attended
),

person as (
    select service, month, patron_key, count(*) as uses
    from used
    group by service, month, patron_key
),

ranked as (
    select *, row_number() over (partition by service, month order by uses desc, patron_key) as place
    from person
)

select
    service,                                  -- 服务 | service #aggregate #protected
    month,                                    -- 月份 | month | its first day #aggregate #protected
    cast(sum(uses) as bigint) as uses,        -- 使用次数 | uses | bookings kept, and attendances at events #aggregate #protected
    count(patron_key) as persons,             -- 使用人数 | people #aggregate #protected
    cast(max(uses) as double) / nullif(sum(uses), 0) as largest_share,  -- 最大者占比 | share of the largest | of the uses; never leaves #aggregate #protected
    cast(sum(uses) filter (where place <= 2) as double) / nullif(sum(uses), 0) as two_largest_share  -- 前两者占比 | share of the two largest | never leaves #aggregate #protected
from ranked
group by service, month
