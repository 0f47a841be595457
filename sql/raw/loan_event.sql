-- One row for each loan, return or renewal as a system logs it; they are paired into loans by item and time.
--
-- A system that exports whole loans fills raw.loan instead: the same loan must not come in both.
--
-- feed loan: 借还流水 | loan events
-- days: happened_at where event = 'loan'
-- grain: item_key, patron_key, event, happened_at
-- happened: happened_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: event, value_set: [loan, return, renewal]}
-- expect ColumnValuesToNotBeNull: {column: patron_key, mostly: 0.50, severity: warning}

create table raw.loan_event (
    patron_key  varchar,            -- 读者假名 | patron | empty where a return does not say whose it was #pseudonym
    item_key    varchar not null,   -- 馆藏条码 | item | barcode or number of the copy
    event       varchar not null,   -- 事件 | event | loan, return or renewal
    happened_at timestamp not null, -- 发生时间 | happened at
    due_at      timestamp,          -- 应还时间 | due at | as it stands after the event
    title       varchar,            -- 题名 | title | never leaves this table #sensitive
    call_number varchar,            -- 索书号 | call number #sensitive
    location    varchar,            -- 馆藏地 | location
    item_type   varchar             -- 文献类型 | item type
);
