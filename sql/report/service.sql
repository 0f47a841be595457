-- One row for each college and service that is needed there in the reported term: how many need it, and the commonest reason.
--
-- Services stand in order of the need that no contact met.  A reason is named only where the site's smallest cell of people have it.
--
-- grain: college, term, service
-- persons: persons
-- counts: need
-- check in_need_are_eligible: persons <= eligible

with needed as (
    select
        told.college,
        need.term,
        need.service,
        need.patron_key,
        split_part(need.reasons, ' ', 1) as reason
    from service.need as need
    join fact.roster as roster on need.patron_key = roster.patron_key and need.term = roster.term
    join report.college as told on roster.college = told.college and need.term = told.term
),

reached as (
    select distinct contact.patron_key, calendar.term, contact.service
    from service.contact as contact
    join ref.calendar_day as calendar on contact.contacted_on = calendar.day
    where contact.service is not null and calendar.term is not null
),

counted as (
    select
        needed.college,
        needed.term,
        needed.service,
        count(*) as persons,
        count(reached.patron_key) as reached
    from needed
    left join reached
        on needed.patron_key = reached.patron_key and needed.term = reached.term and needed.service = reached.service
    group by needed.college, needed.term, needed.service
),

commonest as (
    select needed.college, needed.term, needed.service, needed.reason, count(*) as persons
    from needed
    join service.reason as reason on needed.service = reason.service and needed.reason = reason.reason
    group by needed.college, needed.term, needed.service, needed.reason
    qualify row_number() over (
        partition by needed.college, needed.term, needed.service
        order by count(*) desc, min(reason.position), needed.reason
    ) = 1
),

everybody as (
    select service, term, sum(in_need) as in_need, sum(persons) as eligible
    from service.audience
    group by service, term
)

select
    counted.college,                                                                        -- 学院 | college #aggregate
    counted.term,                                                                           -- 学期 | term #aggregate
    counted.service,                                                                        -- 服务 | service #aggregate
    cast(row_number() over (
        partition by counted.college, counted.term
        order by counted.persons - counted.reached desc, counted.persons desc, counted.service
    ) as integer) as position,                                                              -- 次序 | position | the largest need that no contact met first #aggregate #plain
    catalogue.label_zh,                                                                     -- 中文名 | Chinese name #aggregate
    catalogue.label_en,                                                                     -- 英文名 | English name #aggregate
    counted.persons,                                                                        -- 需求人数 | people in need #aggregate
    audience.persons as eligible,                                                           -- 适用人数 | eligible | in the college #aggregate #people
    cast(counted.persons as double) / nullif(audience.persons, 0) as share,                 -- 需求占比 | share in need | of the eligible #aggregate #of_persons
    cast(everybody.in_need as double) / nullif(everybody.eligible, 0) as university_share,  -- 全校需求占比 | university share in need #aggregate
    counted.reached = 0 as is_unreached,                                                    -- 是否无人触达 | nobody reached #aggregate
    case when commonest.persons >= site.small_cell then reason.label_zh end as reason_zh,   -- 最常见的理由 | commonest reason in Chinese | empty where few have it #aggregate
    case when commonest.persons >= site.small_cell then reason.label_en end as reason_en    -- 最常见的理由英文 | commonest reason in English #aggregate
from counted
join service.catalogue as catalogue on counted.service = catalogue.service
join service.audience as audience
    on counted.college = audience.college and counted.term = audience.term and counted.service = audience.service
join everybody on counted.service = everybody.service and counted.term = everybody.term
left join commonest
    on counted.college = commonest.college and counted.term = commonest.term and counted.service = commonest.service
left join service.reason as reason on commonest.service = reason.service and commonest.reason = reason.reason
cross join ref.site as site
