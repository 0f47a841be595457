-- One row for each version of an export that has come to the door, and what became of it.
--
-- grain: source, source_file

create table ledger.file (
    source          varchar   not null,  -- 来源 | source | as the site file names it
    feed            varchar   not null,  -- 数据源 | feed
    name            varchar   not null,  -- 文件名 | file | its place in the landing folder
    sha256          varchar   not null,  -- 内容指纹 | fingerprint | SHA-256 of its bytes
    source_file     varchar   not null,  -- 来源文件 | source file | what marks its rows: 16 digits of its source and bytes, and of its name where rows are made of that too
    status          varchar   not null,  -- 状态 | status | loaded, refused, or replaced by a later version
    bytes           bigint    not null,  -- 字节数 | bytes
    encoding        varchar,             -- 编码 | encoding
    records         bigint    not null,  -- 记录数 | records | counted independently of the parser
    loaded          bigint    not null,  -- 装载数 | loaded | records that became rows
    duplicates      bigint    not null,  -- 重复数 | duplicates | records that say what an earlier one of the file says
    rejected        bigint    not null,  -- 拒收数 | rejected
    rows            bigint    not null,  -- 行数 | rows | a record of a survey holds several
    dropped_columns varchar,             -- 未收列 | columns left outside | headings that the contract does not name
    remark          varchar,             -- 备注 | remark | a warning, or why it was refused
    received_at     timestamp not null,  -- 接收时间 | received at
    earliest        date,                -- 最早日期 | earliest day | of its records, and none before those that are kept; empty for files of earlier versions
    preset_digest   varchar              -- 预设指纹 | preset digest | of the lines that made its rows; empty for files of earlier versions and for unread ones
);
