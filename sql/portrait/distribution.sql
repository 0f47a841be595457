-- One row for each group, term and measure: how the measure is spread over the group's people, and not only its mean.
--
-- Everybody whom the measure is told of is counted, also who did nothing.  A percentile is the smallest value that at
-- least that share of the people do not exceed; among fewer than the site's peer group none is taken.  Computed from how many people have each value, so that it costs the
-- same however many people there are.
--
-- grain: group_type, group_code, term, measure
-- rebuild: term(term)
-- persons: persons
-- counts: members
-- check gini_is_a_share: gini between 0 and 1
-- check percentiles_ascend: p10 <= p25 and p25 <= p50 and p50 <= p75 and p75 <= p90

with tally as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        percentile.measure,
        cast(percentile.value as decimal(18, 6)) as value,
        cast(ln(nullif(1 + cast(cast(percentile.value as decimal(18, 6)) as double), 0)) as decimal(18, 9)) as log,
        count(*) as people
    from fact.membership as membership
    join fact.percentile as percentile on membership.patron_key = percentile.patron_key and membership.term = percentile.term
    where percentile.value is not null
    group by all
),

placed as (
    select
        *,
        sum(people) over (partition by group_type, group_code, term, measure order by value rows between unbounded preceding and current row) as upto,
        sum(people) over (partition by group_type, group_code, term, measure) as persons,
        cast(sum(people * log) over (partition by group_type, group_code, term, measure) as double) as log_total
    from tally
),

summed as (
    select
        group_type,
        group_code,
        term,
        measure,
        min(persons) as persons,
        sum(case when value = 0 then people else 0 end) as zeros,
        cast(sum(people * value) as double) as total,
        cast(sum(value * people * (2 * upto - people + 1)) as double) as placed_total,
        min(value) filter (where upto >= 1e-1 * persons) as p10,
        min(value) filter (where upto >= 25e-2 * persons) as p25,
        min(value) filter (where upto >= 5e-1 * persons) as p50,
        min(value) filter (where upto >= 75e-2 * persons) as p75,
        min(value) filter (where upto >= 9e-1 * persons) as p90,
        min(log_total) as log_total,
        cast(sum(people * cast(pow(log - log_total / nullif(persons, 0), 2) as decimal(18, 9))) as double) as log_spread
    from placed
    group by group_type, group_code, term, measure
)

select
    group_type,
    group_code,
    term,
    measure,
    cast(persons as bigint) as persons,                                    -- 人数 | people | whom the measure is told of #aggregate
    cast(zeros as bigint) as zeros,                                        -- 零使用人数 | people with none #aggregate #part
    cast(zeros as double) / nullif(persons, 0) as zero_share,              -- 零使用占比 | share with none #aggregate
    total / nullif(persons, 0) as mean,                                    -- 均值 | mean #aggregate
    case when persons >= site.peer_group then cast(p10 as double) end as p10,  -- 10% 分位 | 10th percentile #aggregate
    case when persons >= site.peer_group then cast(p25 as double) end as p25,  -- 25% 分位 | 25th percentile #aggregate
    case when persons >= site.peer_group then cast(p50 as double) end as p50,  -- 中位数 | median #aggregate
    case when persons >= site.peer_group then cast(p75 as double) end as p75,  -- 75% 分位 | 75th percentile #aggregate
    case when persons >= site.peer_group then cast(p90 as double) end as p90,  -- 90% 分位 | 90th percentile #aggregate
    case when total > 0 then greatest(0, placed_total / nullif(persons * total, 0) - (cast(persons as double) + 1) / nullif(persons, 0)) end as gini,  -- 基尼系数 | Gini | 2 Σ i·x_i / (n Σ x) − (n + 1) / n over values in ascending order; 0 where all are equal, empty where nobody did anything #aggregate #index
    log_total / nullif(persons, 0) as log_mean,                            -- 对数均值 | mean of logs | of ln(1 + value), on which terms are compared #aggregate #index
    sqrt(log_spread / nullif(persons - 1, 0)) as log_deviation  -- 对数标准差 | deviation of logs | of the sample #aggregate #index
from summed
cross join ref.site as site
