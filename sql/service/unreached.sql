-- One row for each college, term and service that reached nobody there who needs it; or else the one that reached fewest.
--
-- So every college has a row in every term in which any need was told: what it is short of, or least well served by.
--
-- grain: college, term, service
-- persons: persons
-- counts: need
-- check reached_are_in_need: reached <= persons
-- check nobody_or_fewest: is_unreached = (reached = 0)

with reached as (
    select distinct contact.patron_key, calendar.term, contact.service
    from service.contact as contact
    join ref.calendar_day as calendar on contact.contacted_on = calendar.day
    where contact.service is not null and calendar.term is not null
),

counted as (
    select
        roster.college,
        need.term,
        need.service,
        count(*) as persons,
        count(reached.patron_key) as reached
    from service.need as need
    join fact.roster as roster on need.patron_key = roster.patron_key and need.term = roster.term
    left join reached
        on need.patron_key = reached.patron_key and need.term = reached.term and need.service = reached.service
    group by roster.college, need.term, need.service
),

ranked as (
    select
        *,
        row_number() over (
            partition by college, term
            order by cast(reached as double) / nullif(persons, 0), persons desc, service
        ) as position
    from counted
)

select
    college,                                                                  -- 学院 | college #aggregate
    term,                                                                     -- 学期 | term #aggregate
    service,                                                                  -- 服务 | service #aggregate
    cast(position as integer) as position,                                    -- 次序 | position | the largest unmet need first #aggregate #plain
    persons,                                                                  -- 需求人数 | people in need #aggregate
    reached,                                                                  -- 触达人数 | reached | of those in need, contacted for it in the term #aggregate #part
    cast(reached as double) / nullif(persons, 0) as reached_rate,             -- 触达率 | share reached | of those in need #aggregate
    reached = 0 as is_unreached                                               -- 是否无人触达 | nobody reached #aggregate
from ranked
where reached = 0 or position = 1
