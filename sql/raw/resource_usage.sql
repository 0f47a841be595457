-- One row for each COUNTER metric and month; of the institution as a whole, never of a person.
--
-- feed: 电子资源统计 | resource statistics
-- grain: report, release, platform, title, data_type, access_type, access_method, metric, month
-- happened: month
-- due: 100 days
-- purpose: research
-- expect ColumnValuesToBeBetween: {column: usage_count, min_value: 0}

create table raw.resource_usage (
    report        varchar not null,  -- 报表 | report | such as PR, DR, TR, TR_J1
    release       varchar not null,  -- 版本 | release | 4, 5 or 5.1
    platform      varchar,           -- 平台 | platform
    title         varchar,           -- 题名 | title | of a journal, book or database #sensitive
    data_type     varchar,           -- 数据类型 | data type
    access_type   varchar,           -- 访问类型 | access type
    access_method varchar,           -- 访问方式 | access method | Regular, or TDM where a machine mined text
    metric        varchar not null,  -- 指标 | metric
    month         date not null,     -- 月份 | month | its first day
    usage_count   bigint not null,   -- 使用量 | usage
    period_total  bigint             -- 报告期合计 | total of the period | as the record itself states it
);
