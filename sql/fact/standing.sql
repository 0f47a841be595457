-- Where each person stands among named peers in a term.
--
-- People who are away are not ranked.  The use index is the weighted mean of the percentiles that are measured.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- view: growth
-- check percentiles_are_shares: visit_percentile between 0 and 1
-- check the_index_is_a_share: use_index between 0 and 1
-- check band_is_known: percentile_band in ('top_10', 'top_25', 'top_50', 'other')

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
    end as percentile_band        -- 百分位区间 | percentile band | of the use index: top_10, top_25, top_50 or other
from fact.roster as roster
left join wide on roster.patron_key = wide.patron_key and roster.term = wide.term
left join fact.peer as peer on roster.patron_key = peer.patron_key and roster.term = peer.term and peer.is_own
