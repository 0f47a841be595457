-- One row for each expectation and check, as it was last judged: counts only.
--
-- grain: subject, name

create table ledger.expectation (
    subject          varchar not null,  -- 表 | table
    name             varchar not null,  -- 名称 | name
    origin           varchar not null,  -- 出处 | origin | header check, or Great Expectations
    description      varchar not null,  -- 内容 | what is expected
    severity         varchar not null,  -- 级别 | severity | critical or warning
    passed           boolean not null,  -- 通过 | passed
    observed         varchar,           -- 观察值 | observed
    unexpected_count bigint,            -- 不符行数 | rows that break it
    element_count    bigint             -- 检查行数 | rows looked at
);
