-- Whether and how lately each person in scope was seen at all in a term, in any feed.
--
-- A reader of electronic resources alone is active.  Events measure nobody where they name no reader, as in
-- fact.participation.
--
-- grain: patron_key, term
-- view: usage
-- rebuild: term(term)

with measured as (
    select term, count(*) filter (where is_measured) as feeds
    from ref.coverage_term
    where feed in ('gate', 'loan', 'space', 'e_resource')
    group by all
),

term_total as (
    select patron_key, term, sum(active_days) as active_days, max(last_active_on) as last_active_on
    from fact.active_month
    group by all
),

open_day as (
    select
        day,
        term,
        sum(case when is_open then 1 else 0 end) over (partition by term order by day) as so_far
    from ref.calendar_day
    where term is not null
),

last_day as (
    select open_day.term, max(open_day.so_far) as so_far
    from open_day
    join ref.term_so_far as so_far on open_day.term = so_far.term
    where open_day.day <= so_far.until_on
    group by all
),

seen as (
    select
        term_total.patron_key,
        term_total.term,
        term_total.active_days,
        term_total.last_active_on,
        last_day.so_far - open_day.so_far as open_days_since
    from term_total
    join last_day on term_total.term = last_day.term
    join open_day on term_total.last_active_on = open_day.day
)

select
    roster.patron_key,
    roster.term,
    case when measured.feeds > 0 or participation.events_attended is not null then cast(coalesce(seen.active_days, 0) as bigint) end as active_days,  -- 活跃天数 | active days | with a visit, a loan, a booking used, an electronic resource or an event attended, in the feeds that are measured
    seen.last_active_on,
    cast(seen.open_days_since as bigint) as recency_open_days                                            -- 最近活跃间隔 | recency | open days from the last active day to the term's end or the last day received
from fact.roster as roster
left join measured on roster.term = measured.term
left join fact.participation as participation on roster.patron_key = participation.patron_key and roster.term = participation.term
left join seen on roster.patron_key = seen.patron_key and roster.term = seen.term
