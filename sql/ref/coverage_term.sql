-- One row for each feed and term: the share of open days on which the feed's data came.
--
-- A day counts when the places that are covered usually bring four fifths of the feed's records.  A feed that a library
-- need not have has rows only once it has brought something: what was never there is not missed.
--
-- grain: feed, term
-- check coverage_is_a_share: coverage between 0 and 1

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
    select calendar.term, calendar.day
    from ref.calendar_day as calendar
    cross join ref.horizon as horizon
    where calendar.is_open and calendar.term is not null and calendar.day <= horizon.as_of
)

select
    feed.feed,
    open_day.term,
    count(*) as open_days,                                                              -- 开馆天数 | open days | of the term, up to the last day received
    count(*) filter (where daily.covered >= 8e-1) as covered_days,                      -- 覆盖天数 | covered days
    cast(count(*) filter (where daily.covered >= 8e-1) as double) / nullif(count(*), 0) as coverage,  -- 覆盖率 | coverage
    cast(count(*) filter (where daily.covered >= 8e-1) as double) / nullif(count(*), 0)
        >= min(site.coverage_floor) as is_measured                                      -- 是否可测 | measured | whether coverage reaches the site's floor
from ref.feed as feed
join expected on feed.feed = expected.feed
cross join ref.site as site
cross join open_day
left join daily on feed.feed = daily.feed and open_day.day = daily.day
group by feed.feed, open_day.term
