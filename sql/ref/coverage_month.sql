-- One row for each feed and month: on how many of its open days the feed's data came, and whether that is enough.
--
-- A monthly or hourly figure is told of measured months only, so that an outage reads as not measured and never as zero.
--
-- grain: feed, month
-- check no_more_days_are_covered_than_open: covered_days <= open_days

with daily as (
    select
        feed,
        day,
        sum(case when status = 'ok' then typical_records + 1 else 0 end) / nullif(sum(typical_records + 1), 0) as covered
    from ref.coverage
    group by all
),

expected as (
    select feed from ref.feed where is_expected and is_followed
    union
    select feed from ref.received_day
),

open_day as (
    select calendar.day, cast(date_trunc('month', calendar.day) as date) as month
    from ref.calendar_day as calendar
    cross join ref.horizon as horizon
    where calendar.is_open and calendar.day <= horizon.as_of
)

select
    feed.feed,
    open_day.month,                                                                     -- 月份 | month | its first day
    count(*) as open_days,                                                              -- 开馆天数 | open days | of the month, up to the last day received
    count(*) filter (where daily.covered >= 8e-1) as covered_days,                      -- 覆盖天数 | covered days
    cast(count(*) filter (where daily.covered >= 8e-1) as double) / nullif(count(*), 0)
        >= min(site.coverage_floor) as is_measured                                      -- 是否可测 | measured | whether coverage reaches the site's floor
from ref.feed as feed
join expected on feed.feed = expected.feed
cross join ref.site as site
cross join open_day
left join daily on feed.feed = daily.feed and open_day.day = daily.day
group by feed.feed, open_day.month
