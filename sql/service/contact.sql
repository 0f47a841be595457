-- One row for each contact with a reader that is known: those of our own lists, and those of other departments' campaigns.
--
-- A campaign whose key is that of a frozen run sent out that run's list: it is not counted twice, and its response is taken.
--
-- grain: contact_key
-- check origin_is_known: origin in ('list', 'campaign')
-- check class_is_known: cap_class in ('invitational', 'transactional')

with listed as (
    select
        concat(contact.run_key, ':', contact.patron_key) as contact_key,
        contact.run_key,
        run.service,
        contact.patron_key,
        contact.contacted_on,
        service.owner as department,
        service.channel,
        coalesce(service.cap_class, 'invitational') as cap_class
    from ledger.service_contact as contact
    join ledger.service_run as run on contact.run_key = run.run_key
    left join service.catalogue as service on run.service = service.service
),

sent as (
    select
        campaign_key as run_key,
        patron_key,
        response,
        cast(responded_at as date) as responded_on
    from clean.contact
    qualify row_number() over (
        partition by campaign_key, patron_key
        order by case when response in ('none', 'delivered') then 1 else 0 end, contacted_at, contact_key
    ) = 1
)

select
    listed.contact_key,                                          -- 触达号 | contact | as the campaign's own, or run and patron
    'list' as origin,                                            -- 来源 | origin | list: of a frozen run; campaign: as another system recorded it
    listed.run_key,                                              -- 运行号 | run | empty for a campaign that sent no list of ours
    listed.service,                                              -- 服务 | service | empty where the campaign's purpose is none of the catalogue
    listed.patron_key,                                           -- 读者假名 | patron #pseudonym
    listed.contacted_on,                                         -- 触达日期 | contacted on
    listed.department,                                           -- 部门 | department | that wrote
    coalesce(listed.channel, '') as channel,                     -- 渠道 | channel | blank where unknown
    listed.cap_class,                                            -- 触达类别 | class of contact | invitational, or transactional, which no cap holds back
    sent.response,                                               -- 反馈 | response | opted_out, accepted, declined, clicked, opened, delivered or none; empty where none was reported
    sent.responded_on                                            -- 反馈日期 | responded on
from listed
left join sent on listed.run_key = sent.run_key and listed.patron_key = sent.patron_key
union all
select
    contact.contact_key,
    'campaign' as origin,
    cast(null as varchar) as run_key,
    service.service,
    contact.patron_key,
    contact.contacted_on,
    contact.department,
    coalesce(contact.channel, '') as channel,
    case
        when contact.purpose = 'transactional' then 'transactional'
        else coalesce(service.cap_class, 'invitational')
    end as cap_class,
    contact.response,
    cast(contact.responded_at as date) as responded_on
from clean.contact as contact
left join service.catalogue as service on contact.purpose = service.service
left join ledger.service_contact as ours on contact.campaign_key = ours.run_key and contact.patron_key = ours.patron_key
where ours.run_key is null
