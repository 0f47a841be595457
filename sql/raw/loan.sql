-- One row for each loan as the circulation system exports it; an open loan comes again once it has ended.
--
-- feed: 借阅 | circulation | expected
-- days: loaned_at
-- retention: 24 to 36 months
-- grain: loan_key, returned_at
-- happened: loaned_at, returned_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToNotBeNull: {column: loaned_at, mostly: 0.95, severity: warning}
-- expect ColumnValuesToNotBeNull: {column: patron_key, mostly: 0.80, severity: warning}
-- expect ColumnValuesToBeBetween: {column: renewals, min_value: 0, max_value: 50}

create table raw.loan (
    loan_key      varchar not null,  -- 流水号 | loan | the system's own number of the loan, or one made from who, what and when
    patron_key    varchar,           -- 读者假名 | patron | empty where the system has made the loan anonymous #pseudonym
    item_key      varchar not null,  -- 馆藏条码 | item | barcode or number of the copy
    title         varchar,           -- 题名 | title | never leaves this table #sensitive
    call_number   varchar,           -- 索书号 | call number #sensitive
    location      varchar,           -- 馆藏地 | location
    item_type     varchar,           -- 文献类型 | item type
    loaned_at     timestamp,         -- 借出时间 | loaned at
    due_at        timestamp,         -- 应还时间 | due at | the last due time, after renewals
    returned_at   timestamp,         -- 归还时间 | returned at | empty while the item is out
    renewals      integer            -- 续借次数 | renewals
);
