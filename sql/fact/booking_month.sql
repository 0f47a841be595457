-- One row for each person, term and month with a booking.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

select
    booking.patron_key,
    calendar.term,
    cast(date_trunc('month', booking.service_date) as date) as month,                          -- 月份 | month | its first day
    count(*) as bookings,                                                                      -- 预约次数 | bookings
    count(*) filter (where booking.attendance = 'attended') as attended,                       -- 履约次数 | attended
    count(*) filter (where booking.attendance = 'no_show') as no_shows,                        -- 失约次数 | no-shows
    count(*) filter (where booking.was_cancelled_late) as late_cancellations,                  -- 临时取消次数 | late cancellations | within an hour of the start
    coalesce(sum(case when booking.used_minutes is not null then booking.booked_minutes end), 0) as booked_minutes,  -- 预约时长 | booked minutes | of bookings whose use is known
    coalesce(sum(booking.used_minutes), 0) as used_minutes,                                    -- 使用时长 | used minutes
    count(*) filter (where booking.space_type <> 'seat') as room_bookings                      -- 空间预约次数 | room bookings | any space but a seat
from clean.booking as booking
join ref.calendar_day as calendar on booking.service_date = calendar.day
where booking.patron_key is not null and calendar.term is not null
group by all
