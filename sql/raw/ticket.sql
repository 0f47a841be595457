-- One row for each ticket as the feedback system exports it: a suggestion, a complaint, a fault; it comes again as it moves on.
--
-- Few systems say all of its way: what a site's own does not note stays empty, and is then not taken for undone.
--
-- feed: 读者反馈 | feedback
-- grain: ticket_key, status
-- happened: opened_at, triaged_at, answered_at, acted_at, told_at, confirmed_at, closed_at
-- due: 30 days
-- purpose: portrait, research
-- expect ColumnValuesToBeInSet: {column: status, value_set: [open, answered, closed]}

create table raw.ticket (
    ticket_key   varchar   not null,  -- 工单号 | ticket
    patron_key   varchar,             -- 读者假名 | patron | empty where it was sent without a name #pseudonym
    channel      varchar,             -- 渠道 | channel
    category     varchar,             -- 类别 | category
    unit         varchar,             -- 承办部门 | unit | of the library, that it was given to
    opened_at    timestamp not null,  -- 提交时间 | opened at
    triaged_at   timestamp,           -- 受理时间 | triaged at | read and given to a unit
    answered_at  timestamp,           -- 答复时间 | answered at
    acted_at     timestamp,           -- 整改时间 | acted at | something was done about it
    told_at      timestamp,           -- 告知时间 | told at | the person was told what had been done
    confirmed_at timestamp,           -- 确认时间 | confirmed at | the person said that it is so
    closed_at    timestamp,           -- 办结时间 | closed at
    status       varchar   not null,  -- 状态 | status | open, answered or closed
    rating       decimal(5, 2)        -- 评分 | rating | of the answer, by the person who wrote
);
