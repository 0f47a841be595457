-- One row for each ticket as the feedback system exports it: a suggestion, a complaint, a fault; it comes again as it moves on.
--
-- grain: ticket_key, status
-- happened: opened_at, answered_at, closed_at
-- due: 30 days
-- purpose: portrait, research
-- expect ColumnValuesToBeInSet: {column: status, value_set: [open, answered, closed]}

create table raw.ticket (
    ticket_key  varchar   not null,  -- 工单号 | ticket
    patron_key  varchar,             -- 读者假名 | patron | empty where it was sent without a name #pseudonym
    channel     varchar,             -- 渠道 | channel
    category    varchar,             -- 类别 | category
    opened_at   timestamp not null,  -- 提交时间 | opened at
    answered_at timestamp,           -- 答复时间 | answered at
    closed_at   timestamp,           -- 办结时间 | closed at
    status      varchar   not null,  -- 状态 | status | open, answered or closed
    rating      decimal(5, 2)        -- 评分 | rating | of the answer, by the person who wrote
);
