-- One row for each record that was rejected, and why; the record itself is sealed in the vault.
--
-- grain: source_file, record

create table ledger.reject (
    feed        varchar not null,  -- 数据源 | feed
    source_file varchar not null,  -- 来源文件 | source file | as in ledger.file
    record      bigint  not null,  -- 记录号 | record | its number in the file
    field       varchar,           -- 字段 | field | the column that could not be read
    reason      varchar not null   -- 原因 | reason
);
