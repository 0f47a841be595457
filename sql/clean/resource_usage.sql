-- One row for each platform, title, metric, month and release of a COUNTER report; of the institution, never of a person.
--
-- Text mining (access method TDM) is left out.  Kinds of data and of access are added within a report.  Where two files of
-- a report tell of the same month, the larger figure is taken, since a later report only ever adds.
-- A report contains what another one tells as well (PR what TR tells): never add two reports, nor two releases.
--
-- grain: report, platform, title, metric, month, release
-- check no_file_mixes_releases: releases_in_file = 1
-- check usage_is_not_negative: usage_count >= 0

with stated as (
    select
        source_file,
        source_record,
        max(period_total) as period_total,
        sum(usage_count) as added
    from raw.resource_usage
    group by source_file, source_record
),

released as (
    select source_file, count(distinct release) as releases_in_file
    from raw.resource_usage
    group by source_file
),

told as (
    select
        usage.source_file,
        usage.report,
        usage.platform,
        usage.title,
        usage.metric,
        cast(date_trunc('month', usage.month) as date) as month,
        usage.release,
        cast(sum(usage.usage_count) as bigint) as usage_count,
        min(case when stated.period_total = stated.added then 1 when stated.period_total is not null then 0 end) as right_totals,
        min(released.releases_in_file) as releases_in_file
    from raw.resource_usage as usage
    join stated on usage.source_file = stated.source_file and usage.source_record = stated.source_record
    join released on usage.source_file = released.source_file
    where coalesce(usage.access_method, 'Regular') <> 'TDM'
    group by usage.source_file, usage.report, usage.platform, usage.title, usage.metric, date_trunc('month', usage.month), usage.release
)

select
    report,
    platform,
    title,
    metric,
    month,                                 -- 月份 | month | its first day
    release,
    usage_count,                           -- 使用量 | usage
    right_totals = 1 as is_total_right,    -- 合计是否相符 | total right | whether the record's months add up to the total it states; empty where it states none
    releases_in_file                       -- 文件内版本数 | releases in the file #aggregate
from told
qualify row_number() over (
    partition by report, platform, title, metric, month, release
    order by usage_count desc, source_file
) = 1
