-- One row for each person, kind of use and month: how often, and on which days.
--
-- Loans are counted one by one, of anything else the days.  The days of a month stand in one number, so that the day of
-- any milestone and the days of any activity can be told without going back to single visits.
--
-- grain: patron_key, kind, month
-- rebuild: month(month)
-- settles kind: visit clean.visit, booking clean.booking, room clean.booking, e_resource clean.resource_access, consultation clean.consultation
-- check days_are_of_a_month: days between 1 and 2147483647
-- check no_use_is_without_a_day: times >= 1

with used as (
    select patron_key, 'visit' as kind, service_date as day, 1 as times
    from clean.visit
    group by patron_key, service_date
    union all
    select patron_key, 'loan' as kind, loaned_on as day, loans as times
    from fact.loan_day
    union all
    select patron_key, 'booking' as kind, service_date as day, 1 as times
    from clean.booking
    where patron_key is not null and attendance = 'attended'
    group by patron_key, service_date
    union all
    select patron_key, 'room' as kind, service_date as day, 1 as times
    from clean.booking
    where patron_key is not null and attendance = 'attended' and space_type <> 'seat'
    group by patron_key, service_date
    union all
    select patron_key, 'e_resource' as kind, accessed_on as day, 1 as times
    from clean.resource_access
    where patron_key is not null and kind <> 'login'
    group by patron_key, accessed_on
    union all
    select patron_key, 'event' as kind, held_on as day, 1 as times
    from clean.attendance
    where attendance = 'attended'
    group by patron_key, held_on
    union all
    select patron_key, 'training' as kind, held_on as day, 1 as times
    from clean.attendance
    where attendance = 'attended' and event_type = 'training'
    group by patron_key, held_on
    union all
    select patron_key, 'consultation' as kind, opened_on as day, 1 as times
    from clean.consultation
    where patron_key is not null
    group by patron_key, opened_on
    union all
    select patron_key, 'contribution' as kind, served_on as day, 1 as times
    from clean.contribution
    group by patron_key, served_on
)

select
    patron_key,
    kind,                                                              -- 种类 | kind | as ref.milestone counts them: visit, loan, booking, room, e_resource, training, consultation or contribution; event, of which training is one
    cast(date_trunc('month', day) as date) as month,                   -- 月份 | month | its first day
    cast(sum(times) as bigint) as times,                               -- 次数 | times | loans, or days
    min(day) as first_on,                                              -- 首日 | first on | the first day of use in the month
    cast(sum(cast(pow(2, day(day) - 1) as bigint)) as bigint) as days  -- 使用日 | days | the days of use, 1 for the first of the month, 2 for the second, 4 for the third, added up
from used
group by patron_key, kind, date_trunc('month', day)
