-- One row for each platform, metric, month and release: what the institution used, of the one report that tells most.
--
-- Reports overlap, so one is taken and no two are added; releases count differently, so each has its own rows.
--
-- grain: platform, metric, month, release

with reported as (
    select
        platform,
        metric,
        month,
        release,
        report,
        sum(usage_count) as usage_count,
        min(case when is_total_right then 1 when not is_total_right then 0 end) as right_totals
    from clean.resource_usage
    group by all
)

select
    platform,
    metric,
    month,
    release,
    report,                                         -- 报表 | report | the one taken
    cast(usage_count as bigint) as usage_count,     -- 使用量 | usage
    right_totals = 1 as is_total_right              -- 合计是否相符 | total right | of every record it is made of that states a total
from reported
qualify row_number() over (partition by platform, metric, month, release order by usage_count desc, report) = 1
