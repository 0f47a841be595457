-- One row for each message sent to a person, with the response that says most.
--
-- grain: contact_key
-- check a_response_follows_the_message: days_to_respond >= 0

with latest as (
    select
        contact.contact_key,
        contact.campaign_key,
        coalesce(card.patron_key, contact.patron_key) as patron_key,
        contact.channel,
        contact.contacted_at,
        contact.response,
        case when contact.responded_at >= contact.contacted_at then contact.responded_at end as responded_at
    from raw.contact as contact
    left join clean.patron_identifier as card
        on contact.patron_key = card.identifier_key
        and contact.contacted_at >= card.valid_from
        and contact.contacted_at < card.valid_to
    qualify row_number() over (
        partition by contact.contact_key
        order by
            case contact.response
                when 'opted_out' then 1 when 'accepted' then 2 when 'declined' then 2 when 'clicked' then 3 when 'opened' then 4 when 'delivered' then 5 else 6
            end,
            case when contact.responded_at is null then 1 else 0 end, contact.responded_at desc, contact.response, contact.source_file, contact.source_record
    ) = 1
),

campaign as (
    select
        campaign_key,
        min(name) as name,
        min(purpose) as purpose,
        min(channel) as channel,
        min(unit) as unit
    from raw.campaign
    group by campaign_key
)

select
    latest.contact_key,
    latest.campaign_key,
    campaign.name as campaign_name,                                            -- 推送活动 | campaign | its name
    campaign.purpose,
    campaign.unit as department,                                               -- 负责部门 | department | of the library, that ran the campaign
    latest.patron_key,
    coalesce(latest.channel, campaign.channel) as channel,                     -- 渠道 | channel | of the message, else of its campaign
    latest.contacted_at,
    cast(latest.contacted_at as date) as contacted_on,                         -- 触达日期 | contacted on
    latest.response,                                                           -- 反馈 | response | what says most: opted_out, then accepted or declined (the later), clicked, opened, delivered, none
    latest.responded_at,                                                       -- 反馈时间 | responded at | empty where it lies before the message
    date_diff('day', latest.contacted_at, latest.responded_at) as days_to_respond  -- 反馈天数 | days to respond | calendar days, 0 on the same day
from latest
left join campaign on latest.campaign_key = campaign.campaign_key
