-- One row for each figure of a statistic that was counted elsewhere: open data, a consortium's return, a yearbook.
--
-- feed: 已公布统计 | published statistics
-- grain: place, category, measure, period_start, period_end
-- happened: period_start
-- due: 400 days
-- purpose: research
-- expect ColumnValuesToBeInSet: {column: suppression, value_set: [exact, suppressed, rounded]}
-- expect ColumnValuesToBeBetween: {column: reported_count, min_value: 0}

create table raw.published_count (
    place          varchar not null,  -- 馆舍 | place | building, branch or service
    category       varchar,           -- 类别 | category | what the figure is broken down by
    measure        varchar not null,  -- 指标 | measure | issues, renewals, members, visits, reservations, attendance, items and so on
    period_start   date not null,     -- 期初 | period start
    period_end     date,              -- 期末 | period end | the last day
    reported_count decimal(18, 3),    -- 报告数 | reported count | empty where it was suppressed
    suppression    varchar not null   -- 抑制方式 | suppression | exact, suppressed (too small to be told) or rounded
);
