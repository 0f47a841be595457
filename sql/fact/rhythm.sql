-- How evenly each person in scope used the library in a term: zero where not, empty where nothing that tells of activity
-- is measured.
--
-- A teaching week counts once its last open day is past, so that the week under way breaks no streak.  A week
-- without an open day is no week: it neither breaks a streak nor adds to it.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- reads fact.roster: earlier of patron_key
-- reads fact.active_month: earlier of patron_key
-- view: usage
-- check active_week_share_is_a_share: active_week_share between 0 and 1
-- check no_streak_is_longer_than_its_weeks: longest_streak_weeks between current_streak_weeks and active_weeks
-- check burstiness_is_between_its_ends: burstiness between -1 and 1

with teaching_week as (
    select
        term,
        teaching_week,
        min(day) as starts_on,
        max(day) as ends_on,
        max(case when is_open then day end) as last_open_on
    from ref.calendar_day
    where term is not null and teaching_week is not null
    group by all
),

week as (
    select
        past.term,
        past.teaching_week,
        past.starts_on,
        past.ends_on,
        row_number() over (partition by past.term order by past.teaching_week) as position,
        count(*) over (partition by past.term) as weeks
    from teaching_week as past
    join ref.term_so_far as so_far on past.term = so_far.term
    where past.last_open_on <= so_far.until_on
),

active_week as (
    select
        active.patron_key,
        active.term,
        week.position,
        week.weeks,
        max(active.day) as last_active_on
    from fact.active_day as active
    join week on active.term = week.term and active.teaching_week = week.teaching_week
    group by all
),

week_run as (
    select
        patron_key,
        term,
        position,
        weeks,
        last_active_on,
        position - row_number() over (partition by patron_key, term order by position) as run
    from active_week
),

streak as (
    select
        patron_key,
        term,
        run,
        count(*) as length,
        max(position) = min(weeks) as is_current,
        max(last_active_on) as last_active_on
    from week_run
    group by patron_key, term, run
),

placed as (
    select
        patron_key,
        term,
        length,
        is_current,
        last_active_on,
        row_number() over (partition by patron_key, term order by length desc, run) as place
    from streak
),

week_total as (
    select
        patron_key,
        term,
        sum(length) as active_weeks,
        max(length) as longest,
        max(case when is_current then length end) as latest,
        max(case when place = 1 then last_active_on end) as longest_until
    from placed
    group by patron_key, term
),

stay as (
    select roster.patron_key, roster.term, min(enrolment.valid_from) as here_from, max(enrolment.valid_to) as here_to
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    join clean.enrolment as enrolment
        on roster.patron_key = enrolment.patron_key and enrolment.valid_from <= term.ends_on and enrolment.valid_to > term.starts_on
    where enrolment.status = 'active'
    group by roster.patron_key, roster.term
),

exposure as (
    select stay.patron_key, stay.term, count(*) as exposed_weeks
    from stay
    join week on stay.term = week.term
    left join active_week
        on stay.patron_key = active_week.patron_key and stay.term = active_week.term and week.position = active_week.position
    where (week.ends_on >= stay.here_from and week.starts_on < stay.here_to) or active_week.position is not null
    group by stay.patron_key, stay.term
),

open_day as (
    select day, row_number() over (partition by term order by day) as number
    from ref.calendar_day
    where term is not null and is_open
),

active_open_day as (
    select
        active.patron_key,
        active.term,
        open_day.number - lag(open_day.number) over person as gap,
        open_day.number - row_number() over person as run
    from fact.active_day as active
    join open_day on active.day = open_day.day
    window person as (partition by active.patron_key, active.term order by open_day.number)
),

day_run as (
    select
        patron_key,
        term,
        run,
        count(*) as days,
        count(gap) as gaps,
        sum(gap) as gap_sum,
        sum(gap * gap) as gap_squares
    from active_open_day
    group by patron_key, term, run
),

day_total as (
    select
        patron_key,
        term,
        max(days) as longest,
        sum(gaps) as gaps,
        cast(sum(gap_sum) as double) as gap_sum,
        sqrt(cast(sum(gaps) * sum(gap_squares) - sum(gap_sum) * sum(gap_sum) as double)) as spread
    from day_run
    group by patron_key, term
),

ordered_term as (
    select term, starts_on, row_number() over (order by starts_on, term) as number
    from ref.term
),

active_term as (
    select distinct patron_key, term
    from fact.active_month
),

known as (
    select patron_key, term from fact.roster
    union
    select patron_key, term from active_term
),

since as (
    select
        known.patron_key,
        known.term,
        ordered_term.number,
        min(case when active_term.term is not null then ordered_term.number end) over (
            partition by known.patron_key order by ordered_term.starts_on
        ) as first_number
    from known
    join ordered_term on known.term = ordered_term.term
    left join active_term on known.patron_key = active_term.patron_key and known.term = active_term.term
),

person as (
    select
        roster.patron_key,
        roster.term,
        roster.is_exposed,
        activity.active_days is not null and first_week.term is not null as has_weeks,
        activity.active_days is not null as has_days
    from fact.roster as roster
    left join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
    left join week as first_week on roster.term = first_week.term and first_week.position = 1
)

select
    person.patron_key,
    person.term,
    case when person.has_weeks then cast(coalesce(week_total.active_weeks, 0) as bigint) end as active_weeks,          -- 活跃教学周数 | active weeks | teaching weeks past, with any activity
    case
        when person.has_weeks and person.is_exposed
            then cast(coalesce(week_total.active_weeks, 0) as double) / nullif(exposure.exposed_weeks, 0)
    end as active_week_share,                                              -- 活跃周占比 | share of active weeks | of the teaching weeks past in which the person was here
    case when person.has_weeks then cast(coalesce(week_total.longest, 0) as bigint) end as longest_streak_weeks,       -- 最长连续周数 | longest streak | teaching weeks in a row with any activity
    case when person.has_weeks then week_total.longest_until end as longest_streak_until,                              -- 最长连续截止日 | longest streak until | the last active day of its last week; of several as long, the first
    case when person.has_weeks then cast(coalesce(week_total.latest, 0) as bigint) end as current_streak_weeks,        -- 当前连续周数 | current streak | teaching weeks in a row with any activity, up to the last one past
    case when person.has_days then cast(coalesce(day_total.longest, 0) as bigint) end as longest_streak_days,          -- 最长连续天数 | longest streak of days | open days in a row with any activity
    case
        when person.has_days and day_total.gaps >= 6
            then (day_total.spread - day_total.gap_sum) / nullif(day_total.spread + day_total.gap_sum, 0)
    end as burstiness,                                                     -- 突发性 | burstiness | (σ − μ) / (σ + μ) of the gaps between active days, in open days: −1 evenly spaced, 0 as by chance, towards 1 in bursts; from 6 gaps on
    cast(since.number - since.first_number as bigint) as terms_since_first_activity,  -- 首次使用至今学期数 | terms since first activity | first in what was received; 0 in that term
    case when coverage.is_measured then orderliness.order_actual_entropy end as order_actual_entropy  -- 到馆次序熵 | entropy of order | nats; of the slots of successive visits, near 0 where they repeat; from 20 visits of known time on
from person
left join week_total on person.patron_key = week_total.patron_key and person.term = week_total.term
left join exposure on person.patron_key = exposure.patron_key and person.term = exposure.term
left join day_total on person.patron_key = day_total.patron_key and person.term = day_total.term
left join since on person.patron_key = since.patron_key and person.term = since.term
left join ref.coverage_term as coverage on person.term = coverage.term and coverage.feed = 'gate'
left join fact.orderliness as orderliness on person.patron_key = orderliness.patron_key and person.term = orderliness.term
