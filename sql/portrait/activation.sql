-- How fast newcomers find their way to the library: a Kaplan–Meier estimate for each entry term, event and teaching week.
--
-- Newcomers are students in their first teaching term, from its first day.  Week 0 is everything before teaching week 1.
-- Whoever leaves is censored in the week they leave, everyone else after week 18 or the last whole week received.
-- `activated` is the second kind of service used, of visits, loans and bookings attended.  An event whose feed is not
-- measured in the term has no rows.
--
-- grain: term, event, teaching_week
-- rebuild: term(term)
-- persons: persons
-- check survival_is_a_share: survival between 0 and 1

with span as (
    select
        term.term,
        term.starts_on,
        term.ends_on,
        term.week1_monday,
        least(18, term.teaching_weeks, cast(floor((date_diff('day', term.week1_monday, so_far.settled_on) + 1) / 7) as integer)) as last_week
    from ref.term as term
    join ref.term_so_far as so_far on term.term = so_far.term
    where term.season <> 'summer'
),

here as (
    select
        roster.patron_key,
        roster.term,
        least(
            min(span.last_week),
            greatest(0, 1 + cast(floor(date_diff('day', min(span.week1_monday), max(enrolment.valid_to) - 1) / 7) as integer))
        ) as seen_until
    from fact.roster as roster
    join span on roster.term = span.term
    join clean.enrolment as enrolment
        on roster.patron_key = enrolment.patron_key
        and enrolment.status = 'active'
        and enrolment.valid_from <= span.ends_on
        and enrolment.valid_to > span.starts_on
    where roster.term_number = 1 and roster.level_group <> 'staff' and span.last_week >= 0
    group by roster.patron_key, roster.term
),

used as (
    select visit.patron_key, calendar.term, 'first_visit' as event, visit.service_date as day
    from clean.visit as visit
    join ref.calendar_day as calendar on visit.service_date = calendar.day
    union all
    select loan.patron_key, calendar.term, 'first_loan' as event, loan.loaned_on as day
    from clean.loan as loan
    join ref.calendar_day as calendar on loan.loaned_on = calendar.day
    union all
    select booking.patron_key, calendar.term, 'first_booking' as event, booking.service_date as day
    from clean.booking as booking
    join ref.calendar_day as calendar on booking.service_date = calendar.day
    where booking.attendance = 'attended'
),

watched as (
    select term, 'first_visit' as event from ref.coverage_term where feed = 'gate' and is_measured
    union all
    select term, 'first_loan' as event from ref.coverage_term where feed = 'loan' and is_measured
    union all
    select term, 'first_booking' as event from ref.coverage_term where feed = 'space' and is_measured
    union all
    select term, 'activated' as event
    from ref.coverage_term
    where feed in ('gate', 'loan', 'space') and is_measured
    group by term
    having count(*) >= 2
),

first_use as (
    select
        here.patron_key,
        here.term,
        used.event,
        min(used.day) as day,
        greatest(0, 1 + cast(floor(date_diff('day', min(span.week1_monday), min(used.day)) / 7) as integer)) as week
    from here
    join span on here.term = span.term
    join used on here.patron_key = used.patron_key and here.term = used.term
    join watched on here.term = watched.term and used.event = watched.event
    group by here.patron_key, here.term, used.event
),

happened as (
    select patron_key, term, event, week
    from first_use
    union all
    select patron_key, term, 'activated' as event, week
    from first_use
    qualify row_number() over (partition by patron_key, term order by day, event) = 2
),

followed as (
    select
        here.term,
        watched.event,
        case when happened.week <= here.seen_until then happened.week else here.seen_until end as week,
        happened.week is not null and happened.week <= here.seen_until as is_event
    from here
    join watched on here.term = watched.term
    left join happened on here.patron_key = happened.patron_key and here.term = happened.term and watched.event = happened.event
),

number as (
    select week
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18)) as listed (week)
),

counted as (
    select
        followed.term,
        followed.event,
        number.week,
        count(*) as persons,
        count(*) filter (where followed.week >= number.week) as at_risk,
        count(*) filter (where followed.week = number.week and followed.is_event) as events
    from followed
    join span on followed.term = span.term
    join number on number.week <= span.last_week
    group by followed.term, followed.event, number.week
),

multiplied as (
    select
        *,
        max(case when at_risk > 0 and events = at_risk then 1 else 0 end) over so_far as is_over,
        sum(cast(coalesce(ln(nullif((at_risk - events) / nullif(at_risk, 0), 0)), 0) as decimal(28, 18))) over so_far as log_survival,
        sum(cast(coalesce(events / nullif(cast(at_risk as double) * (at_risk - events), 0), 0) as decimal(28, 18))) over so_far as greenwood
    from counted
    window so_far as (partition by term, event order by week rows between unbounded preceding and current row)
)

select
    term,                                                                     -- 入学学期 | entry term #aggregate
    event,                                                                    -- 事件 | event | first_visit, first_loan, first_booking, or activated #aggregate
    week as teaching_week,                                                    -- 教学周 | teaching week | 0 before teaching week 1 #aggregate
    persons,                                                                  -- 人数 | people | newcomers of the term #aggregate
    at_risk,                                                                  -- 在观察人数 | at risk | not yet at the event and still followed as the week begins #aggregate #people
    events,                                                                   -- 事件数 | events | in the week #aggregate #people
    case when is_over = 1 then 0 else exp(cast(log_survival as double)) end as survival,  -- 未发生比例 | survival | Kaplan–Meier share without the event by the week's end #aggregate
    case
        when is_over = 0 then exp(cast(log_survival as double)) * sqrt(cast(greenwood as double))
    end as survival_std_error                                                 -- 标准误 | standard error | Greenwood's, of survival; empty where nobody is left without the event #aggregate #index
from multiplied
