-- One row for each time that a list of people was written for a librarian: who asked for it, what for, and how many it names.
--
-- grain: export_key

create table ledger.list_export (
    export_key  varchar   not null,  -- 导出号 | export
    run_key     varchar   not null,  -- 运行号 | run
    purpose     varchar   not null,  -- 用途 | purpose | as the person said
    exported_by varchar   not null,  -- 经办 | exported by | the account that ran the command
    exported_at timestamp not null,  -- 导出时间 | exported at
    listed      bigint    not null,  -- 名单人数 | people listed
    dropped     bigint    not null   -- 剔除人数 | people left out | served according to the run, but a rule of contact stops it by now
);
