-- One row for each building, day and hour in which somebody came in or a booked seat was in use; nobody is identified.
--
-- An entry counts in the hour it happened; of a summary line only the first entry has an hour.  A booking counts in every
-- hour of its first day that it touches, unless it was cancelled or missed.  An hour without a row saw neither; whether
-- anything was measured on that day is for ref.coverage to say.
--
-- grain: building, day, hour
-- rebuild: month(day)
-- reads clean.visit: service_date, 1 day

with clock as (
    select hours.hour
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)) as hours (hour)
),

entry as (
    select
        building,
        cast(entered_at as date) as day,
        hour(entered_at) as hour,
        count(*) as entries,
        0 as seats
    from clean.visit
    where entered_at is not null
    group by all
),

seat as (
    select
        coalesce(booking.building, 'all') as building,
        booking.service_date as day,
        clock.hour,
        0 as entries,
        count(*) as seats
    from clean.booking as booking
    join clock
        on clock.hour >= hour(booking.starts_at)
        and clock.hour * 60 < case
            when cast(booking.ends_at as date) > booking.service_date then 1440
            else hour(booking.ends_at) * 60 + minute(booking.ends_at)
        end
    where booking.attendance not in ('cancelled', 'no_show')
    group by all
),

either as (
    select building, day, hour, entries, seats from entry
    union all
    select building, day, hour, entries, seats from seat
)

select
    building,                                       -- 馆舍 | building | all where bookings do not name one #aggregate
    day,                                            -- 日期 | day #aggregate
    hour,                                           -- 小时 | hour #aggregate
    cast(sum(entries) as bigint) as entries,        -- 进馆人次 | entries | begun in the hour #aggregate
    cast(sum(seats) as bigint) as seats_in_use      -- 在用座位 | seats in use | bookings that touch the hour, neither cancelled nor missed #aggregate
from either
group by building, day, hour
