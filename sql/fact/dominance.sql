-- One row for each group, term and measure: how much of it the one and the two people who did most of it did.
--
-- A mean or total that one or two people make is a figure about them.  Groups are those of fact.membership, and the
-- cohorts of each college; measures are those whose means are told of groups, and the loans of each class of books.  A
-- table that tells anything else of which one person can make the most says so in columns of its own, as report.hour does.
--
-- grain: group_type, group_code, term, measure
-- rebuild: term(term)
-- check shares_are_shares: largest_share > 0 and largest_share <= two_largest_share and two_largest_share <= 1

with grouped as (
    select patron_key, term, group_type, group_code
    from fact.membership
    union all
    select college.patron_key, college.term, 'college cohort' as group_type, concat(college.group_code, '/', cohort.group_code) as group_code
    from fact.membership as college
    join fact.membership as cohort on college.patron_key = cohort.patron_key and college.term = cohort.term
    where college.group_type = 'college' and cohort.group_type = 'cohort'
),

person as (
    select patron_key, term, 'visit_days' as measure, cast(visit_days as decimal(18, 6)) as value
    from fact.presence
    where visit_days > 0
    union all
    select patron_key, term, 'presence_hours' as measure, cast(presence_hours as decimal(18, 6)) as value
    from fact.presence
    where presence_hours > 0
    union all
    select patron_key, term, 'dwell_hours' as measure, cast(cast(dwell_minutes as double) / 60 as decimal(18, 6)) as value
    from fact.presence
    where dwell_minutes > 0
    union all
    select patron_key, term, 'bookings' as measure, cast(bookings as decimal(18, 6)) as value
    from fact.space_use
    where bookings > 0
    union all
    select patron_key, term, 'resource_hours' as measure, cast(resource_hours as decimal(18, 6)) as value
    from fact.e_resource
    where resource_hours > 0
    union all
    select patron_key, term, 'events_attended' as measure, cast(events_attended as decimal(18, 6)) as value
    from fact.participation
    where events_attended > 0
    union all
    select patron_key, term, 'loans' as measure, cast(loans as decimal(18, 6)) as value
    from fact.reading
    where loans > 0
    union all
    select patron_key, term, 'breadth' as measure, cast(breadth as decimal(18, 6)) as value
    from fact.reading
    where breadth > 0
    union all
    select patron_key, term, 'terms_active' as measure, cast(terms_active as decimal(18, 6)) as value
    from fact.movement
    where terms_active > 0
    union all
    select patron_key, term, concat('loans of ', class_scheme, ' ', class_second) as measure, cast(sum(loans) as decimal(18, 6)) as value
    from fact.loan_class
    where class_second is not null
    group by patron_key, term, class_scheme, class_second
),

held as (
    select grouped.group_type, grouped.group_code, grouped.term, person.measure, person.value
    from grouped
    join person on grouped.patron_key = person.patron_key and grouped.term = person.term
),

summed as (
    select group_type, group_code, term, measure, sum(value) as total, max(value) as largest
    from held
    group by group_type, group_code, term, measure
),

followed as (
    select
        held.group_type,
        held.group_code,
        held.term,
        held.measure,
        count(*) filter (where held.value = summed.largest) as people_at_largest,
        max(held.value) filter (where held.value < summed.largest) as following
    from held
    join summed
        on held.group_type = summed.group_type and held.group_code = summed.group_code
        and held.term = summed.term and held.measure = summed.measure
    group by held.group_type, held.group_code, held.term, held.measure
),

placed as (
    select
        summed.*,
        case when followed.people_at_largest > 1 then 2 * summed.largest else summed.largest + coalesce(followed.following, 0) end as two_largest
    from summed
    join followed
        on summed.group_type = followed.group_type and summed.group_code = followed.group_code
        and summed.term = followed.term and summed.measure = followed.measure
)

select
    group_type,                                                                              -- 组别 | kind of group | of fact.membership, or college cohort #aggregate
    group_code,                                                                              -- 组 | group #aggregate
    term,                                                                                    -- 学期 | term #aggregate
    measure,                                                                                 -- 指标 | measure #aggregate
    cast(total as double) as total,                                                          -- 合计 | total | of all people of the group #aggregate
    cast(largest as double) / nullif(cast(total as double), 0) as largest_share,             -- 最大者占比 | share of the largest | of the group's total #aggregate
    cast(two_largest as double) / nullif(cast(total as double), 0) as two_largest_share      -- 前两者占比 | share of the two largest #aggregate
from placed
