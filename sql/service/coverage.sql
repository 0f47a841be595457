-- One row for each segment, service and term in which anybody needed it or was contacted for it: need and service, held against each other.
--
-- grain: segment, service, term
-- persons: persons
-- check parts_are_parts: in_need <= persons and reached <= persons
-- check need_is_met_or_not: need_met + need_without_service = in_need
-- check service_meets_need_or_not: need_met + service_without_need = reached

with reached as (
    select distinct contact.patron_key, calendar.term, contact.service
    from service.contact as contact
    join ref.calendar_day as calendar on contact.contacted_on = calendar.day
    where contact.service is not null and calendar.term is not null
),

either as (
    select patron_key, term, service, 1 as needs, 0 as was_reached
    from service.need
    union all
    select patron_key, term, service, 0 as needs, 1 as was_reached
    from reached
),

person as (
    select patron_key, term, service, max(needs) as needs, max(was_reached) as was_reached
    from either
    group by patron_key, term, service
),

member as (
    select segment, term, count(*) as persons
    from segment.reader
    group by segment, term
)

select
    reader.segment,                                                                     -- 细分群体 | segment #aggregate
    person.service,                                                                     -- 服务 | service #aggregate
    person.term,                                                                        -- 学期 | term #aggregate
    min(member.persons) as persons,                                                     -- 群体人数 | persons | of the segment in the term #aggregate
    cast(sum(person.needs) as bigint) as in_need,  -- 需求人数 | in need #aggregate #part
    cast(sum(person.was_reached) as bigint) as reached,  -- 触达人数 | reached | contacted for it in the term #aggregate #part
    cast(sum(person.needs * person.was_reached) as bigint) as need_met,  -- 有需求且触达 | in need and reached #aggregate #part
    cast(sum(person.needs * (1 - person.was_reached)) as bigint) as need_without_service,  -- 有需求未触达 | need without service #aggregate #part
    cast(sum((1 - person.needs) * person.was_reached) as bigint) as service_without_need  -- 无需求而触达 | service without need #aggregate #part
from person
join segment.reader as reader on person.patron_key = reader.patron_key and person.term = reader.term
join member on reader.segment = member.segment and reader.term = member.term
group by reader.segment, person.service, person.term
