-- One row for each person and milestone reached: a first time, a round number, a longest streak.
--
-- First means first in what was received: before the first export, or in a feed that never came, nothing is known.
--
-- grain: patron_key, milestone
-- check something_was_reached: value >= 1

with done as (
    select distinct patron_key, 'visit' as kind, service_date as day, 1 as times
    from clean.visit
    union all
    select patron_key, 'loan' as kind, loaned_on as day, count(*) as times
    from clean.loan
    where patron_key is not null and loaned_on is not null
    group by patron_key, loaned_on
    union all
    select distinct patron_key, 'booking' as kind, service_date as day, 1 as times
    from clean.booking
    where patron_key is not null and attendance = 'attended'
    union all
    select distinct patron_key, 'room' as kind, service_date as day, 1 as times
    from clean.booking
    where patron_key is not null and attendance = 'attended' and space_type <> 'seat'
    union all
    select distinct patron_key, 'e_resource' as kind, accessed_on as day, 1 as times
    from clean.resource_access
    where patron_key is not null and kind <> 'login'
    union all
    select distinct patron_key, 'training' as kind, held_on as day, 1 as times
    from clean.attendance
    where attendance = 'attended' and event_type = 'training'
    union all
    select distinct patron_key, 'consultation' as kind, opened_on as day, 1 as times
    from clean.consultation
    where patron_key is not null
    union all
    select distinct patron_key, 'contribution' as kind, served_on as day, 1 as times
    from clean.contribution
),

running as (
    select
        patron_key,
        kind,
        day,
        times,
        sum(times) over (partition by patron_key, kind order by day rows between unbounded preceding and current row) as so_far
    from done
),

streak as (
    select
        patron_key,
        longest_streak_until as day,
        longest_streak_weeks as weeks
    from fact.rhythm
    where longest_streak_weeks >= 1
    qualify row_number() over (partition by patron_key order by longest_streak_weeks desc, longest_streak_until) = 1
)

select
    running.patron_key,
    milestone.milestone,
    running.day as reached_on,                -- 达到日期 | reached on
    cast(milestone.number as bigint) as value -- 数值 | value | the number reached; of a streak its weeks
from running
join ref.milestone as milestone
    on running.kind = milestone.kind and running.so_far >= milestone.number and running.so_far - running.times < milestone.number
union all
select
    streak.patron_key,
    milestone.milestone,
    streak.day as reached_on,
    streak.weeks as value
from streak
join ref.milestone as milestone on milestone.kind = 'streak' and streak.weeks >= milestone.number
