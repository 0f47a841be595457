-- One row for each college, term and indicator, set beside the other colleges and the year before.
--
-- grain: college, term, indicator
-- persons: persons
-- counts: members

create table report.indicator (
    college        varchar not null,  -- 学院 | college
    term           varchar not null,  -- 学期 | term
    indicator      varchar not null,  -- 指标 | indicator | the column of portrait.department it is taken from
    view           varchar not null,  -- 视角 | view | usage_view, reading_view or growth_view
    position       integer not null,  -- 次序 | position
    label_zh       varchar not null,  -- 中文名 | Chinese name
    label_en       varchar not null,  -- 英文名 | English name
    unit           varchar not null,  -- 单位 | unit
    better         varchar not null,  -- 优劣方向 | better | higher, lower or neutral
    value          double,            -- 数值 | value | empty where it was not measured #plain
    persons        bigint,            -- 人数 | people | in the college that term
    median         double,            -- 学院中位数 | median college #plain
    lower_quartile double,            -- 下四分位 | lower quartile #plain
    upper_quartile double,            -- 上四分位 | upper quartile #plain
    lowest         double,            -- 最低 | lowest #plain
    highest        double,            -- 最高 | highest #plain
    others         varchar,           -- 其他学院 | other colleges | their values, unnamed, joined by |
    place          integer,           -- 位次 | place | 1 is best; empty where neither end is better
    colleges       integer,           -- 学院数 | colleges | compared
    previous       double,            -- 上年同期 | the year before | the same season #plain
    change         double,            -- 变化 | change #plain
    not_measured   varchar,           -- 未测原因 | not measured | feeds whose coverage is too low
    term_label_zh  varchar not null,  -- 学期中文名 | term in Chinese
    term_label_en  varchar not null,  -- 学期英文名 | term in English
    term_position  integer not null   -- 学期次序 | term position
);
