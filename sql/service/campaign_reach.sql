-- One row for each campaign whose messages are known one by one: how many it reached, who looked, and who then acted.
--
-- Views are times and all other counts people, once each.  Who acted is told where the purpose is a service and the days in
-- which it is watched are over for everybody.  That somebody acted after a message does not say that the message brought it
-- — what a message brings about is for service.effect and service.campaign_effect to say.
--
-- grain: campaign_key
-- persons: reached
-- check viewers_were_reached: viewers <= reached and viewers <= views
-- check who_acted_was_reached: acted <= reached and viewers_acted <= acted

with person as (
    select
        campaign_key,
        patron_key,
        min(campaign_name) as campaign_name,
        min(purpose) as purpose,
        min(contacted_on) as contacted_on,
        count(*) as messages,
        count(*) filter (where response not in ('none', 'delivered')) as views
    from clean.contact
    where patron_key is not null
    group by campaign_key, patron_key
),

watched as (
    select
        person.*,
        service.service,
        row_number() over (partition by person.campaign_key order by person.views desc, person.patron_key) as views_place,
        person.contacted_on + service.window_days as until,
        person.contacted_on + service.window_days <= horizon.as_of as is_over
    from person
    cross join ref.horizon as horizon
    left join service.catalogue as service on person.purpose = service.service and service.is_outcome_told
),

did as (
    select distinct watched.campaign_key, watched.patron_key
    from watched
    join service.outcome_event as outcome
        on watched.service = outcome.service
        and watched.patron_key = outcome.patron_key
        and outcome.happened_on > watched.contacted_on
        and outcome.happened_on <= watched.until
),

counted as (
    select
        watched.campaign_key,
        min(watched.campaign_name) as campaign_name,
        min(watched.contacted_on) as starts_on,
        min(watched.service) as service,
        count(*) as reached,
        sum(watched.messages) as messages,
        sum(watched.views) as views,
        max(watched.views) as most_views,
        sum(watched.views) filter (where watched.views_place <= 2) as two_most_views,
        count(*) filter (where watched.views > 0) as viewers,
        case when count(*) = count(*) filter (where watched.is_over) then count(did.patron_key) end as acted,
        case when count(*) = count(*) filter (where watched.is_over) then count(did.patron_key) filter (where watched.views > 0) end as viewers_acted
    from watched
    left join did on watched.campaign_key = did.campaign_key and watched.patron_key = did.patron_key
    group by watched.campaign_key
)

select
    campaign_key,
    campaign_name,                                                              -- 推送活动 | campaign | its name #aggregate
    starts_on,                                                                  -- 首次触达日期 | first message on #aggregate
    service,                                                                    -- 服务 | service | that it is about; empty where its purpose is none, or nothing is told of what comes of it #aggregate
    reached,                                                                    -- 触达人数 | people reached #aggregate
    cast(messages as bigint) as messages,                                       -- 推送人次 | messages | times #aggregate #even
    cast(views as bigint) as views,                                             -- 查看人次 | views | messages opened, times and not people #aggregate
    viewers,                                                                    -- 查看人数 | viewers | who opened one or more #aggregate #part
    acted,                                                                      -- 做到人数 | people who acted | in the days watched after the first message #aggregate #part
    viewers_acted,                                                              -- 查看且做到人数 | viewers who acted #aggregate #part
    cast(acted as double) / nullif(reached, 0) as acted_rate,                   -- 做到占比 | share who acted | of those reached #aggregate
    cast(viewers_acted as double) / nullif(viewers, 0) as viewers_acted_rate,   -- 查看者做到占比 | share of viewers who acted #aggregate
    cast(most_views as double) / nullif(views, 0) as views_largest_share,       -- 查看最多者占比 | share of who looked most | of the views; never leaves #aggregate
    cast(two_most_views as double) / nullif(views, 0) as views_two_largest_share  -- 查看最多两者占比 | share of the two who looked most | never leaves #aggregate
from counted
