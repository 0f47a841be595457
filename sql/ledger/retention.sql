-- One row for each table and day on which its older records were let go, since the site keeps them no longer.
--
-- Written in the transaction that deletes them.  Of a table of records the last day tells what is taken in no more at the
-- door; of what was made of them, what stays as it was told.
--
-- grain: table_name, kept_from

create table ledger.retention (
    table_name varchar   not null,  -- 表 | table
    kept_from  date      not null,  -- 保留起始日 | kept from | what happened before this day is here no more
    rows       bigint    not null,  -- 删除行数 | rows let go
    let_go_at  timestamp not null,  -- 删除时间 | let go at
    wiped_at   timestamp            -- 清除时间 | wiped at | empty while their bytes may still lie in the file
);
