-- One row for each campaign in which people were written to or spoken to.
--
-- feed: 宣传活动 | campaigns
-- grain: campaign_key
-- happened: starts_on
-- due: 400 days
-- purpose: recommendation, research

create table raw.campaign (
    campaign_key varchar not null,  -- 推送活动号 | campaign
    name         varchar not null,  -- 名称 | name
    purpose      varchar,           -- 目的 | purpose | which service it was for
    channel      varchar,           -- 渠道 | channel
    unit         varchar,           -- 负责部门 | unit | of the library, that ran it
    starts_on    date    not null,  -- 开始日期 | starts on
    ends_on      date               -- 结束日期 | ends on
);
