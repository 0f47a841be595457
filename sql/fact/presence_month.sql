-- One row for each person, term and month with a stay in the library whose length is known.
--
-- A stay is a visit with its entry and exit, or a seat or room from check-in to check-out.  What several of them cover
-- together counts once, in any building.  A stay past the service day's end is divided there, so that each day has its own.
-- A session longer than the longest stay is a check-out that was forgotten.
--
-- A gate system's daily sum says how long, not when, so its overlap with a seat is unknown: of such a day the longer of the
-- two counts, which is never more than there was.
--
-- grain: patron_key, term, month
-- rebuild: month(month)
-- reads clean.visit: service_date, 2 days
-- reads clean.booking: checked_in_at, 2 days
-- check a_day_has_24_hours: presence_minutes <= 1440 * presence_days

with stay as (
    select patron_key, entered_at as began_at, exited_at as ended_at
    from clean.visit
    where match_status = 'matched'
    union all
    select booking.patron_key, booking.checked_in_at as began_at, booking.checked_out_at as ended_at
    from clean.booking as booking
    cross join ref.site as site
    where booking.patron_key is not null and booking.used_minutes between 0 and site.longest_stay_minutes
),

counted as (
    select
        stay.patron_key,
        date_diff('second', timestamp '2000-01-01 00:00:00', stay.began_at) - 3600 * site.service_day_starts as began,
        date_diff('second', timestamp '2000-01-01 00:00:00', stay.ended_at) - 3600 * site.service_day_starts as ended
    from stay
    cross join ref.site as site
),

numbered as (
    select
        patron_key,
        began,
        ended,
        cast(floor(began / 86400) as integer) as first_day,
        cast(floor(ended / 86400) as integer) as last_day
    from counted
),

piece as (
    select patron_key, first_day as day_number, began, least(ended, 86400 * (cast(first_day as bigint) + 1)) as ended
    from numbered
    union all
    select patron_key, last_day as day_number, 86400 * cast(last_day as bigint) as began, ended
    from numbered
    where last_day > first_day and ended > 86400 * cast(last_day as bigint)
),

reached as (
    select
        patron_key,
        day_number,
        began,
        ended,
        max(ended) over (
            partition by patron_key, day_number order by began, ended rows between unbounded preceding and 1 preceding
        ) as reached
    from piece
),

known as (
    select
        patron_key,
        date '2000-01-01' + day_number as service_date,
        cast(floor(sum(greatest(0, ended - greatest(began, coalesce(reached, began)))) / 60) as integer) as minutes
    from reached
    group by patron_key, day_number
    union all
    select patron_key, service_date, cast(least(1440, sum(dwell_minutes)) as integer) as minutes
    from clean.visit
    where match_status = 'vendor_summary' and dwell_minutes is not null
    group by patron_key, service_date
),

daily as (
    select patron_key, service_date, max(minutes) as minutes
    from known
    group by patron_key, service_date
)

select
    daily.patron_key,
    calendar.term,
    cast(date_trunc('month', daily.service_date) as date) as month,  -- 月份 | month | its first day
    count(*) as presence_days,                                       -- 已知时长在馆天数 | days of known presence
    sum(daily.minutes) as presence_minutes                           -- 在馆学习时长 | presence | minutes, overlaps counted once
from daily
join ref.calendar_day as calendar on daily.service_date = calendar.day
where calendar.term is not null
group by all
