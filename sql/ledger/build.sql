-- One row for each table that has been built: from which definition, and when in the order of all that was written.
--
-- grain: table_name

create table ledger.build (
    table_name varchar not null,  -- 表 | table
    version    varchar not null,  -- 定义指纹 | version | of its statement, its columns and its rules
    stamp      bigint  not null,  -- 序号 | stamp | changes that bear a higher one came after it was built
    content    varchar            -- 内容指纹 | content | of its rows in any order; empty where changes are told by months or terms
);
