-- One row for each hold that a reader places on an item; a hold comes again as it goes on.
--
-- feed: 图书预约 | holds
-- days: placed_at
-- grain: hold_key, ready_at, fulfilled_at, cancelled_at
-- happened: placed_at, ready_at, fulfilled_at, cancelled_at
-- due: 2 days
-- purpose: portrait, recommendation, research

create table raw.hold (
    hold_key     varchar not null,   -- 预约号 | hold
    patron_key   varchar,            -- 读者假名 | patron #pseudonym
    item_key     varchar,            -- 馆藏条码 | item | empty while any copy will do
    title_key    varchar,            -- 书目号 | title number
    location     varchar,            -- 取书地点 | pickup place
    placed_at    timestamp not null, -- 预约时间 | placed at
    ready_at     timestamp,          -- 到书时间 | ready at | when it lay ready to be fetched
    fulfilled_at timestamp,          -- 取书时间 | fulfilled at
    expires_at   timestamp,          -- 失效时间 | expires at
    cancelled_at timestamp           -- 取消时间 | cancelled at
);
