-- One row for each person and term in which they served: how much, as what, and whether they serve again.
--
-- A term in which the person was no longer here, or that is not over, says nothing of staying.  Presence on duty cannot be
-- taken out of the measures of use: exports of shifts have a day and no hour.
--
-- grain: patron_key, term
-- check who_served_has_a_shift: shifts > 0

with term as (
    select term, ends_on, row_number() over (order by starts_on) as number
    from ref.term
    where season <> 'summer'
),

served as (
    select
        contribution.patron_key,
        calendar.term,
        sum(contribution.shifts) as shifts,
        case when count(*) = count(contribution.hours) then sum(contribution.hours) end as hours,
        count(distinct contribution.role) as roles,
        count(distinct contribution.served_on) as duty_days
    from clean.contribution as contribution
    join ref.calendar_day as calendar on contribution.served_on = calendar.day
    where calendar.term is not null
    group by contribution.patron_key, calendar.term
),

followed as (
    select
        served.*,
        following.term as next_term,
        row_number() over (partition by served.patron_key order by term.number) as terms_served
    from served
    join term on served.term = term.term
    cross join ref.horizon as horizon
    left join term as following on following.number = term.number + 1 and following.ends_on <= horizon.as_of
)

select
    followed.patron_key,
    followed.term,
    roster.college,
    roster.level_group,
    cast(followed.shifts as bigint) as shifts,                                -- 班次 | shifts
    cast(followed.hours as double) as hours,                                  -- 服务时长 | hours | empty where those of any shift are unknown
    followed.roles,                                                           -- 岗位数 | roles served in
    followed.duty_days,                                                       -- 值班天数 | days on duty
    followed.terms_served,                                                    -- 服务学期数 | terms served so far
    case when later.is_exposed then again.patron_key is not null end as is_retained,  -- 下学期是否继续 | serves again | in the next term; empty where it is not over or the person was not here
    role.role,                                                                -- 角色 | role | on the ladder, in the academic year so far
    role.next_role
from followed
left join fact.roster as roster on followed.patron_key = roster.patron_key and followed.term = roster.term
left join fact.roster as later on followed.patron_key = later.patron_key and followed.next_term = later.term
left join served as again on followed.patron_key = again.patron_key and followed.next_term = again.term
left join fact.role as role on followed.patron_key = role.patron_key and followed.term = role.term
