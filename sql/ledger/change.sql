-- One row for each day, or each key, of a table that has changed, for the tables made from it; see pipelines/building/changes.py.
--
-- grain: table_name, along, what

create table ledger.change (
    table_name varchar not null,  -- 表 | table
    along      varchar not null,  -- 列 | along | the column that says what changed; * where everything did, and empty where nobody asks
    what       varchar not null,  -- 所变之值 | what | a day, or a key; empty for rows that have none
    stamp      bigint  not null   -- 序号 | stamp | higher for what was written later
);
