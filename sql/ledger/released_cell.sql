-- One row for each row about a group and release in which something else was shown of it than before.
--
-- What was shown cannot be taken back, so later releases are made to fit it.
--
-- grain: table_name, row_key, release

create table ledger.released_cell (
    table_name varchar not null,  -- 表 | table
    row_key    varchar not null,  -- 行 | row | the columns of its grain
    release    integer not null,  -- 发布批次 | release
    same       varchar not null,  -- 计数对象 | what is counted | of which kind, in which term
    family     varchar not null,  -- 单元族 | family | cells that add up among themselves
    unit       varchar not null,  -- 单位 | unit | a path below the university
    part       varchar not null,  -- 部分 | part | a path below everybody
    since      date,              -- 起 | since | where spans of time add up
    until      date,              -- 止 | until
    persons    bigint  not null,  -- 人数 | people | exact, and never shown
    shown      bigint             -- 公布人数 | people as shown | empty where it is withheld
);
