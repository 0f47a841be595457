-- One row for each person and day of a term with any activity: a visit, a loan, a booking that was used, an electronic
-- resource or an event attended.
--
-- grain: patron_key, day
-- rebuild: month(day)

with activity as (
    select patron_key, service_date as day from clean.visit
    union
    select patron_key, loaned_on as day from clean.loan where patron_key is not null and loaned_on is not null
    union
    select patron_key, service_date as day from clean.booking where patron_key is not null and attendance = 'attended'
    union
    select patron_key, accessed_on as day from clean.resource_access where patron_key is not null and kind <> 'login'
    union
    select patron_key, held_on as day from clean.attendance where attendance = 'attended'
)

select
    activity.patron_key,
    activity.day,           -- 活跃日 | active day
    calendar.term,
    calendar.teaching_week
from activity
join ref.calendar_day as calendar on activity.day = calendar.day
where calendar.term is not null
