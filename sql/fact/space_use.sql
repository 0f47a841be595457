-- How each person in scope used bookable seats and rooms in a term: zero where not, empty where the system did not say.
--
-- grain: patron_key, term
-- view: usage
-- rebuild: term(term)
-- check no_show_rate_is_a_share: no_show_rate between 0 and 1

with term_total as (
    select
        patron_key,
        term,
        sum(bookings) as bookings,
        sum(room_bookings) as room_bookings,
        sum(attended) as attended,
        sum(no_shows) as no_shows,
        sum(late_cancellations) as late_cancellations,
        sum(booked_minutes) as booked_minutes,
        sum(used_minutes) as used_minutes
    from fact.booking_month
    group by all
)

select
    roster.patron_key,
    roster.term,
    case when coverage.is_measured then cast(coalesce(term_total.bookings, 0) as bigint) end as bookings,            -- 预约次数 | bookings
    case when coverage.is_measured then cast(coalesce(term_total.room_bookings, 0) as bigint) end as room_bookings,  -- 空间预约次数 | room bookings
    case when coverage.is_measured then cast(coalesce(term_total.attended, 0) as bigint) end as bookings_attended,   -- 履约次数 | bookings attended | only where it says so
    case
        when coverage.is_measured and term_total.attended + term_total.no_shows >= 5
            then cast(term_total.no_shows as double) / nullif(term_total.attended + term_total.no_shows, 0)
    end as no_show_rate,           -- 失约率 | no-show rate | of bookings attended or missed; from 5 on
    case
        when coverage.is_measured and term_total.bookings >= 5 then cast(term_total.late_cancellations as double) / nullif(term_total.bookings, 0)
    end as late_cancel_rate,       -- 临时取消率 | late cancellation rate | within an hour of the start; from 5 bookings on
    case
        when coverage.is_measured and term_total.booked_minutes > 0
            then least(1, cast(term_total.used_minutes as double) / nullif(term_total.booked_minutes, 0))
    end as booking_utilisation     -- 预约利用率 | booking use | minutes used over minutes booked, where use is known
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'space'
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
