-- Where each person stands among named peers in a term, and how that has moved since their term before.
--
-- People who are away are not ranked.  The use index is the weighted mean of the percentiles that are measured, so it
-- changes only between terms in which the same ones are.  Days and loans of a term that still runs are not set beside those
-- of a whole one.
--
-- grain: patron_key, term
-- view: growth
-- check percentiles_are_shares: visit_percentile between 0 and 1
-- check the_index_is_a_share: use_index between 0 and 1

with wide as (
    select
        percentile.patron_key,
        percentile.term,
        max(percentile.percentile) filter (where percentile.measure = 'visit_days') as visit_percentile,
        max(percentile.percentile) filter (where percentile.measure = 'presence_hours') as presence_percentile,
        max(percentile.percentile) filter (where percentile.measure = 'bookings') as booking_percentile,
        max(percentile.percentile) filter (where percentile.measure = 'resource_hours') as resource_percentile,
        max(percentile.percentile) filter (where percentile.measure = 'events_attended') as event_percentile,
        max(percentile.percentile) filter (where percentile.measure = 'loans') as loan_percentile,
        max(percentile.value) filter (where percentile.measure = 'use_index') as use_index,
        max(percentile.percentile) filter (where percentile.measure = 'use_index') as use_percentile,
        max(percentile.normal_score) filter (where percentile.measure = 'use_index') as normal_score,
        string_agg(percentile.measure, ' ' order by percentile.measure) filter (where percentile.weight > 0) as use_index_parts
    from fact.percentile as percentile
    group by percentile.patron_key, percentile.term
),

running as (
    select distinct calendar.term
    from ref.calendar_day as calendar
    cross join ref.horizon as horizon
    where calendar.is_open and calendar.term is not null and calendar.day > horizon.as_of
),

moved as (
    select
        roster.patron_key,
        roster.term,
        lag(presence.visit_days) over person as previous_visit_days,
        lag(reading.loans) over person as previous_loans,
        lag(wide.use_index) over ranked as previous_index,
        lag(wide.use_index_parts) over ranked as previous_parts,
        case when running.term is null then presence.visit_days end as visit_days,
        case when running.term is null then reading.loans end as loans,
        sum(case when activity.active_days >= 2 then 1 else 0 end) over (
            partition by roster.patron_key order by term.starts_on rows between unbounded preceding and current row
        ) as terms_active
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
    join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
    left join wide on roster.patron_key = wide.patron_key and roster.term = wide.term
    left join running on roster.term = running.term
    where roster.is_exposed
    window
        person as (partition by roster.patron_key order by term.starts_on),
        ranked as (partition by roster.patron_key, wide.use_index is null order by term.starts_on)
)

select
    roster.patron_key,
    roster.term,
    peer.peer_group,
    peer.peers,
    wide.visit_percentile,        -- 到馆百分位 | visit percentile | of days visited, among the peer group
    wide.presence_percentile,     -- 时长百分位 | presence percentile | of hours in the library
    wide.booking_percentile,      -- 预约百分位 | booking percentile
    wide.resource_percentile,     -- 电子资源百分位 | percentile of electronic resources | of hours with them
    wide.event_percentile,        -- 活动百分位 | event percentile | of events attended
    wide.loan_percentile,         -- 借阅百分位 | loan percentile
    wide.use_index,               -- 综合利用指数 | use index | mean of the percentiles that are measured, by the weights of ref.measure
    wide.use_index_parts,         -- 指数构成 | parts of the use index | the measures it is made of
    wide.use_percentile,          -- 综合利用百分位 | percentile of the use index | among the peer group
    wide.normal_score,            -- 综合利用正态分 | normal score of the use index | standard normal quantile of its percentile
    case
        when wide.use_percentile >= 9e-1 then 'top_10'
        when wide.use_percentile >= 75e-2 then 'top_25'
        when wide.use_percentile >= 5e-1 then 'top_50'
        when wide.use_percentile is not null then 'other'
    end as percentile_band,       -- 百分位区间 | percentile band | of the use index: top_10, top_25, top_50 or other
    case
        when wide.use_index_parts = moved.previous_parts then wide.use_index - moved.previous_index
    end as use_index_change,      -- 综合利用变化 | change of use index | since the last term it was measured in, where the same percentiles make both
    moved.visit_days - moved.previous_visit_days as visit_days_change,  -- 到馆天数变化 | change of days visited | since the person's term before
    moved.loans - moved.previous_loans as loans_change,                 -- 借阅变化 | change of loans | since the person's term before
    cast(moved.terms_active as bigint) as terms_active                  -- 活跃学期数 | terms active | terms so far with two active days or more
from fact.roster as roster
left join moved on roster.patron_key = moved.patron_key and roster.term = moved.term
left join wide on roster.patron_key = wide.patron_key and roster.term = wide.term
left join fact.peer as peer on roster.patron_key = peer.patron_key and roster.term = peer.term and peer.is_own
