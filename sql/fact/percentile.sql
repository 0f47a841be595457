-- One row for each person, term and measure in which they can be set among their peers; the use index is one of the measures.
--
-- Only measured values take part: a measure that is not there is dropped and the others are weighted anew, never taken for
-- zero.  The use index is told to a millionth, so that no later rounding of it can hang on how an engine rounds a half.
-- A percentile is the mid-rank, (below + half of the equal) / n.  The normal score is the standard normal quantile
-- of the percentile by M. J. Wichura's algorithm AS 241 (Applied Statistics 37, 1988), right to 16 digits; its branch for
-- tails beyond 1.4e-11 is left out, since a mid-rank is never so small.
--
-- grain: patron_key, term, measure
-- rebuild: term(term)
-- check percentiles_are_inside_the_unit: percentile > 0 and percentile < 1

with valued as (
    select
        roster.patron_key,
        roster.term,
        measure.measure,
        measure.weight,
        case measure.measure
            when 'visit_days' then cast(presence.visit_days as double)
            when 'presence_hours' then presence.presence_hours
            when 'bookings' then cast(space_use.bookings as double)
            when 'resource_hours' then e_resource.resource_hours
            when 'events_attended' then cast(participation.events_attended as double)
            when 'loans' then cast(reading.loans as double)
        end as value
    from fact.roster as roster
    join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    join fact.space_use as space_use on roster.patron_key = space_use.patron_key and roster.term = space_use.term
    join fact.e_resource as e_resource on roster.patron_key = e_resource.patron_key and roster.term = e_resource.term
    join fact.participation as participation on roster.patron_key = participation.patron_key and roster.term = participation.term
    join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
    cross join ref.measure as measure
    where roster.is_exposed
),

grouped as (
    select
        valued.patron_key,
        valued.term,
        valued.measure,
        valued.weight,
        valued.value,
        peer.peer_group,
        peer.is_own
    from valued
    join fact.peer as peer on valued.patron_key = peer.patron_key and valued.term = peer.term
    where valued.value is not null
),

spread as (
    select
        term,
        peer_group,
        measure,
        value,
        count(*) as equal,
        sum(count(*)) over (partition by term, peer_group, measure) as peers,
        sum(count(*)) over (partition by term, peer_group, measure order by value) as not_above
    from grouped
    group by term, peer_group, measure, value
),

placed as (
    select
        grouped.patron_key,
        grouped.term,
        grouped.measure,
        grouped.weight,
        grouped.value,
        grouped.peer_group,
        spread.peers,
        (spread.not_above - cast(spread.equal as double) / 2) / nullif(spread.peers, 0) as percentile
    from grouped
    join spread
        on grouped.term = spread.term and grouped.peer_group = spread.peer_group
        and grouped.measure = spread.measure and grouped.value = spread.value
    cross join ref.site as site
    where grouped.is_own and spread.peers >= site.peer_group
),

indexed as (
    select
        patron_key,
        term,
        cast(floor(
            cast(sum(weight * cast(floor(percentile * 1e9 + 5e-1) as bigint)) as double) / nullif(cast(sum(weight) as double), 0) / 1e3 + 5e-1
        ) as double) / 1e6 as value
    from placed
    where weight > 0
    group by patron_key, term
),

index_grouped as (
    select indexed.patron_key, indexed.term, indexed.value, peer.peer_group, peer.is_own
    from indexed
    join fact.peer as peer on indexed.patron_key = peer.patron_key and indexed.term = peer.term
),

index_spread as (
    select
        term,
        peer_group,
        value,
        count(*) as equal,
        sum(count(*)) over (partition by term, peer_group) as peers,
        sum(count(*)) over (partition by term, peer_group order by value) as not_above
    from index_grouped
    group by term, peer_group, value
),

every as (
    select patron_key, term, measure, weight, value, peer_group, peers, percentile
    from placed
    union all
    select
        grouped.patron_key,
        grouped.term,
        'use_index' as measure,
        cast(0 as decimal(6, 3)) as weight,
        grouped.value,
        grouped.peer_group,
        index_spread.peers,
        (index_spread.not_above - cast(index_spread.equal as double) / 2) / nullif(index_spread.peers, 0) as percentile
    from index_grouped as grouped
    join index_spread
        on grouped.term = index_spread.term and grouped.peer_group = index_spread.peer_group and grouped.value = index_spread.value
    cross join ref.site as site
    where grouped.is_own and index_spread.peers >= site.peer_group
),

halved as (
    select
        *,
        percentile - 5e-1 as q,
        180625e-6 - (percentile - 5e-1) * (percentile - 5e-1) as r,
        sqrt(-ln(nullif(least(percentile, 1 - percentile), 0))) - 16e-1 as s
    from every
)

select
    patron_key,
    term,
    measure,     -- 指标 | measure | a measure of ref.measure, or use_index
    weight,      -- 权重 | weight | in the use index
    value,       -- 数值 | value | as the person's portrait has it
    percentile,  -- 百分位 | percentile | (below + half of the equal) / n
    peer_group,
    cast(peers as bigint) as peers,  -- 同群体人数 | peers | those of the group in whom it is measured #aggregate
    case
        when abs(q) <= 425e-3 then q * (((((((
            2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
        ) / nullif(((((((
            5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
            + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1e0, 0)
        else sign(q) * (((((((
            7.7454501427834140764e-4 * s + 2.27238449892691845833e-2) * s + 2.41780725177450611770e-1) * s
            + 1.27045825245236838258e0) * s + 3.64784832476320460504e0) * s + 5.76949722146069140550e0) * s
            + 4.63033784615654529590e0) * s + 1.42343711074968357734e0
        ) / nullif(((((((
            1.05075007164441684324e-9 * s + 5.475938084995344946e-4) * s + 1.51986665636164571966e-2) * s
            + 1.48103976427480074590e-1) * s + 6.89767334985100004550e-1) * s + 1.67638483018380384940e0) * s
            + 2.05319162663775882187e0) * s + 1e0, 0)
    end as normal_score  -- 正态分 | normal score | standard normal quantile of the percentile
from halved
