-- One row for each campaign and weekly series that it was about: how many it reached, and whether anything changed with it.
--
-- A campaign whose purpose is a theme of ref.theme is held against the complaints of that theme for every 1,000 visits,
-- beside those of all other themes; one whose purpose is a service, against the readers who did that week what the service
-- is meant to lead to, of every 1,000, beside those who were active at all.  The change is the step of a line through the
-- weeks (segmented regression, errors of Newey and West, as wide as series without a step and of weeks that hang together
-- ask for).  Views are times and not people, and no change is ever told from them.  A change is an association, no effect;
-- so a campaign that held people out by chance is told of in service.effect and not here.
--
-- grain: campaign_key, series_type, series
-- persons: persons
-- check series_type_is_known: series_type in ('theme', 'behaviour')
-- check verdict_is_known: verdict in ('changed_at_the_same_time', 'no_change_seen', 'cannot_tell')
-- check a_change_needs_eight_weeks_on_either_side: change is null or (weeks_before >= 8 and weeks_after >= 8)
-- check viewers_have_viewed: viewers <= views and views <= messages

create table service.campaign_effect (
    campaign_key varchar not null,  -- 推送活动号 | campaign
    name         varchar not null,  -- 名称 | name
    term         varchar not null,  -- 学期 | term | the last that had begun
    starts_on    date    not null,  -- 开始日期 | starts on
    series_type  varchar not null,  -- 序列类型 | kind of series | theme, complaints for every 1,000 visits; behaviour, readers of every 1,000
    series       varchar not null,  -- 序列 | series | the theme, or the service
    persons      bigint  not null,  -- 较少一侧计数 | counted | people, or complaints, of the weeks before or after, whichever are fewer
    messages     bigint,            -- 推送人次 | messages | times; empty where none were recorded #even
    views        bigint,            -- 查看人次 | views | messages opened, times and not people
    views_largest_share double,     -- 查看最多者占比 | share of who looked most | of the views; never leaves
    views_two_largest_share double, -- 查看最多两者占比 | share of the two who looked most | never leaves
    viewers      bigint,            -- 查看人数 | viewers | people who opened one, once each #people
    weeks_before bigint  not null,  -- 之前周数 | weeks before | whole weeks of a term that were measured, 16 at most #plain
    weeks_after  bigint  not null,  -- 之后周数 | weeks after #plain
    rate_before  double,            -- 之前均值 | mean before
    rate_after   double,            -- 之后均值 | mean after
    change       double,            -- 变化 | change | the step, with the line and the other series allowed for #index
    ci_low       double,            -- 区间下限 | interval from | 95 % #index
    ci_high      double,            -- 区间上限 | interval to | 95 % #index
    p_value      double,            -- p值 | p #index
    q_value      double,            -- 校正p值 | q | p raised for all series of the term judged together #index
    verdict      varchar not null,  -- 结论 | verdict | changed_at_the_same_time, no_change_seen or cannot_tell
    reason       varchar not null,  -- 理由代码 | reason code
    reason_zh    varchar not null,  -- 中文理由 | reason in Chinese
    reason_en    varchar not null   -- 英文理由 | reason in English
);
