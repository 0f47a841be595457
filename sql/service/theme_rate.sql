-- One row for each week or month and theme: how often readers complain of it in tickets, for every thousand visits.
--
-- From the week or month of the first ticket to the last whole one received there is a row for every theme, also without a ticket, so
-- that a campaign can be judged by the weeks before and after it, beside a theme it was not about.  A rate is empty where
-- the gates miss more of the period than the site's floor allows.  Comments of a survey come all at once, so they are
-- counted beside and make no rate.
--
-- grain: period, starts_on, theme
-- persons: tickets
-- check a_rate_is_not_negative: rate >= 0

with day as (
    select
        calendar.day,
        calendar.is_open,
        calendar.term,
        date_trunc('month', calendar.day) as month,
        calendar.day - (calendar.weekday - 1) as week
    from ref.calendar_day as calendar
    cross join ref.horizon as horizon
    where calendar.day <= horizon.as_of
),

span as (
    select min(opened_on) as first_day
    from clean.ticket
),

placed as (
    select day.day, day.is_open, 'week' as period, cast(day.week as date) as starts_on, cast(day.week + 6 as date) as ends_on
    from day
    union all
    select day.day, day.is_open, 'month' as period, cast(day.month as date) as starts_on, cast(cast(day.month as date) + interval 1 month as date) - 1 as ends_on
    from day
),

covered as (
    select
        day,
        sum(case when status = 'ok' then typical_records + 1 else 0 end) / nullif(sum(typical_records + 1), 0) as share
    from ref.coverage
    where feed = 'gate'
    group by day
),

period as (
    select
        placed.period,
        placed.starts_on,
        coalesce(sum(visited.visits), 0) as visits,
        cast(count(*) filter (where placed.is_open and covered.share >= 8e-1) as double) / nullif(count(*) filter (where placed.is_open), 0) as coverage
    from placed
    cross join span
    cross join ref.horizon as horizon
    left join covered on placed.day = covered.day
    left join fact.visit_day as visited on placed.day = visited.service_date
    where placed.ends_on >= span.first_day and placed.ends_on <= horizon.as_of
    group by placed.period, placed.starts_on
),

raised as (
    select
        placed.period,
        placed.starts_on,
        theme.theme,
        count(*) filter (where step.source = 'ticket') as tickets,
        count(*) filter (where step.source = 'survey') as comments
    from service.feedback_step as step
    join fact.feedback_theme as theme on step.source = theme.source and step.feedback_key = theme.feedback_key
    join placed on step.raised_on = placed.day
    where step.step = 'raised'
    group by placed.period, placed.starts_on, theme.theme
),

theme as (
    select theme, min(label_zh) as label_zh, min(label_en) as label_en
    from ref.theme
    group by theme
),

rated as (
    select
        period.period,
        period.starts_on,
        theme.theme,
        theme.label_zh,
        theme.label_en,
        coalesce(raised.tickets, 0) as tickets,
        coalesce(raised.comments, 0) as comments,
        period.visits,
        case when period.coverage >= site.coverage_floor then cast(1000 * coalesce(raised.tickets, 0) as double) / nullif(period.visits, 0) end as rate
    from period
    cross join theme
    cross join ref.site as site
    left join raised on period.period = raised.period and period.starts_on = raised.starts_on and theme.theme = raised.theme
),

compared as (
    select *, rate - lag(rate) over (partition by period, theme order by starts_on) as rate_change
    from rated
)

select
    period,                                                                   -- 周期 | period | week or month #aggregate
    starts_on,                                                                -- 起始日 | starts on | the Monday, or the month's first day #aggregate
    theme,                                                                    -- 主题 | theme | of ref.theme #aggregate
    label_zh,                                                                 -- 中文名 | Chinese name #aggregate
    label_en,                                                                 -- 英文名 | English name #aggregate
    tickets,                                                                  -- 工单数 | tickets | about the theme #aggregate
    comments,                                                                 -- 留言数 | comments | of surveys, about the theme #aggregate #people
    visits,                                                                   -- 到馆次数 | visits | in the period, of everybody, named or not #aggregate #even
    rate,                                                                     -- 每千次到馆工单数 | tickets per 1,000 visits #aggregate
    rate_change,                                                              -- 较上期变化 | change | of the rate since the period before #aggregate
    case when rate_change is not null then rank() over (partition by period, starts_on, rate_change is null order by rate_change desc) end as rise_place  -- 上升名次 | place among risers | 1 rose most; equal changes share a place #aggregate #plain
from compared
