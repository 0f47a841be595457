-- One row for each person and milestone reached: a first time, a round number, a longest streak.
--
-- First means first in what was received: before the first export, or in a feed that never came, nothing is known.
--
-- grain: patron_key, milestone
-- check something_was_reached: value >= 1

with running as (
    select
        *,
        sum(times) over (partition by patron_key, kind order by month rows between unbounded preceding and current row) as so_far
    from fact.use_month
),

reached as (
    select
        running.patron_key,
        running.kind,
        running.month,
        running.days,
        running.first_on,
        milestone.milestone,
        milestone.number,
        milestone.number - (running.so_far - running.times) as number_in_month
    from running
    join ref.milestone as milestone
        on running.kind = milestone.kind and running.so_far >= milestone.number and running.so_far - running.times < milestone.number
),

of_month as (
    select numbers.day, cast(pow(2, numbers.day - 1) as bigint) as bit
    from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29), (30), (31)) as numbers (day)
),

used as (
    select
        reached.patron_key,
        reached.milestone,
        reached.number,
        reached.number_in_month,
        cast(reached.month + of_month.day - 1 as date) as day,
        1 as times
    from reached
    join of_month on (reached.days & of_month.bit) = of_month.bit
    where reached.number_in_month > 1 and reached.kind <> 'loan'
    union all
    select reached.patron_key, reached.milestone, reached.number, reached.number_in_month, loan.loaned_on as day, loan.loans as times
    from reached
    join fact.loan_day as loan on reached.patron_key = loan.patron_key and reached.month = cast(date_trunc('month', loan.loaned_on) as date)
    where reached.number_in_month > 1 and reached.kind = 'loan'
),

counted as (
    select
        *,
        sum(times) over (partition by patron_key, milestone order by day rows between unbounded preceding and current row) as so_far
    from used
),

streak as (
    select
        patron_key,
        longest_streak_until as day,
        longest_streak_weeks as weeks
    from fact.rhythm
    where longest_streak_weeks >= 1
    qualify row_number() over (partition by patron_key order by longest_streak_weeks desc, longest_streak_until) = 1
),

dated as (
    select patron_key, milestone, first_on as reached_on, number as value
    from reached
    where number_in_month = 1
    union all
    select patron_key, milestone, min(day) as reached_on, min(number) as value
    from counted
    where so_far >= number_in_month
    group by patron_key, milestone
    union all
    select streak.patron_key, milestone.milestone, streak.day as reached_on, streak.weeks as value
    from streak
    join ref.milestone as milestone on milestone.kind = 'streak' and streak.weeks >= milestone.number
)

select
    dated.patron_key,
    dated.milestone,
    dated.reached_on,                         -- 达到日期 | reached on
    calendar.term,
    cast(dated.value as bigint) as value      -- 数值 | value | the number reached; of a streak its weeks
from dated
left join ref.calendar_day as calendar on dated.reached_on = calendar.day
