-- One row for each person and day of a term with any activity: a visit, a loan, a booking that was used, an electronic
-- resource or an event attended.
--
-- grain: patron_key, day
-- rebuild: month(day)

with active as (
    select patron_key, month, bit_or(days) as days
    from fact.use_month
    where kind in ('visit', 'loan', 'booking', 'e_resource', 'event')
    group by patron_key, month
),

of_month as (
    select
        cast(date_trunc('month', day) as date) as month,
        cast(day(day) as integer) as number,
        cast(pow(2, day(day) - 1) as bigint) as bit,
        term,
        teaching_week
    from ref.calendar_day
    where term is not null
)

select
    active.patron_key,
    cast(active.month + of_month.number - 1 as date) as day,  -- 活跃日 | active day
    of_month.term,
    of_month.teaching_week
from active
join of_month on active.month = of_month.month and (active.days & of_month.bit) = of_month.bit
