-- One row for each group of readers and term: how many served, how much, who stays, and where they stand on the ladder.
--
-- Groups are those of fact.membership but classes, which are too small.  A term without a shift noted has no row; a count of
-- a few is empty.
--
-- grain: group_type, group_code, term
-- rebuild: term(term)
-- persons: volunteers
-- check shares_are_shares: volunteer_share between 0 and 1 and retained_share between 0 and 1

with heard as (
    select distinct term
    from service.volunteer
),

crowd as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        count(*) as people,
        count(*) filter (where role.role = 'participant') as participants,
        count(*) filter (where role.role = 'contributor') as contributors,
        count(*) filter (where role.role = 'partner') as partners
    from fact.membership as membership
    join heard on membership.term = heard.term
    left join fact.role as role on membership.patron_key = role.patron_key and membership.term = role.term
    where membership.group_type <> 'class'
    group by membership.group_type, membership.group_code, membership.term
),

served as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        volunteer.hours,
        row_number() over (partition by membership.group_type, membership.group_code, membership.term order by volunteer.hours desc nulls last, membership.patron_key) as place,
        volunteer.is_retained,
        volunteer.terms_served
    from service.volunteer as volunteer
    join fact.membership as membership on volunteer.patron_key = membership.patron_key and volunteer.term = membership.term
    where membership.group_type <> 'class'
),

noted as (
    select
        group_type,
        group_code,
        term,
        count(*) as volunteers,
        sum(hours) as hours,
        max(hours) as most_hours,
        sum(hours) filter (where place <= 2) as two_most_hours,
        median(hours) as hours_median,
        count(is_retained) as followed,
        count(*) filter (where is_retained) as retained,
        count(*) filter (where terms_served = 1) as newcomers
    from served
    group by group_type, group_code, term
)

select
    crowd.group_type,
    crowd.group_code,
    crowd.term,
    coalesce(noted.volunteers, 0) as volunteers,                                               -- 志愿者人数 | volunteers | who served in the term #aggregate
    cast(coalesce(noted.volunteers, 0) as double) / nullif(crowd.people, 0) as volunteer_share,  -- 志愿者占比 | share who serve #aggregate #of_persons
    cast(noted.hours as double) as hours,                                                      -- 服务时长 | hours | of those whose hours are known #aggregate
    cast(noted.most_hours as double) / nullif(cast(noted.hours as double), 0) as hours_largest_share,  -- 时长最多者占比 | share of who served longest | of the hours; never leaves #aggregate
    cast(noted.two_most_hours as double) / nullif(cast(noted.hours as double), 0) as hours_two_largest_share,  -- 时长最多两者占比 | share of the two who served longest | never leaves #aggregate
    noted.hours_median,                                                                        -- 服务时长中位数 | median hours | of a volunteer #aggregate
    coalesce(noted.followed, 0) as followed,                                                   -- 可追踪人数 | volunteers followed | who were here in the next term, which is over #aggregate #part
    case when noted.followed >= site.small_cell then cast(noted.retained as double) / nullif(noted.followed, 0) end as retained_share,  -- 留任率 | share who serve again | of those followed #aggregate
    case when noted.newcomers >= site.small_cell then noted.newcomers end as newcomers,        -- 首次服务人数 | first time | in what was received #aggregate #part
    case when crowd.participants >= site.small_cell then crowd.participants end as participants,  -- 参与者人数 | participants | of the group, whether they served or not #aggregate #part
    case when crowd.contributors >= site.small_cell then crowd.contributors end as contributors,  -- 贡献者人数 | contributors #aggregate #part
    case when crowd.partners >= site.small_cell then crowd.partners end as partners            -- 合作者人数 | partners #aggregate #part
from crowd
left join noted on crowd.group_type = noted.group_type and crowd.group_code = noted.group_code and crowd.term = noted.term
cross join ref.site as site
