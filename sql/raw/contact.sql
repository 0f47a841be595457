-- One row for each message sent to a person, with the response so far; it comes again as the response changes.
--
-- feed: 推送记录 | contacts
-- grain: contact_key, response
-- happened: contacted_at, responded_at
-- due: 30 days
-- purpose: recommendation, research
-- expect ColumnValuesToBeInSet: {column: response, value_set: [none, delivered, opened, clicked, accepted, declined, opted_out]}

create table raw.contact (
    contact_key  varchar   not null,  -- 触达号 | contact
    campaign_key varchar   not null,  -- 推送活动号 | campaign
    patron_key   varchar   not null,  -- 读者假名 | patron #pseudonym
    channel      varchar,             -- 渠道 | channel
    contacted_at timestamp not null,  -- 触达时间 | contacted at
    response     varchar   not null,  -- 反馈 | response | none, delivered, opened, clicked, accepted, declined or opted_out
    responded_at timestamp            -- 反馈时间 | responded at
);
