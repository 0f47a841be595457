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

person as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        volunteer.patron_key is not null as has_served,
        volunteer.hours,
        row_number() over (partition by membership.group_type, membership.group_code, membership.term order by volunteer.hours desc nulls last, membership.patron_key) as place,
        volunteer.is_retained,
        volunteer.terms_served,
        role.role
    from fact.membership as membership
    join heard on membership.term = heard.term
    left join service.volunteer as volunteer on membership.patron_key = volunteer.patron_key and membership.term = volunteer.term
    left join fact.role as role on membership.patron_key = role.patron_key and membership.term = role.term
    where membership.group_type <> 'class'
)

select
    person.group_type,
    person.group_code,
    person.term,
    count(*) filter (where has_served) as volunteers,                                          -- 志愿者人数 | volunteers | who served in the term #aggregate
    cast(count(*) filter (where has_served) as double) / nullif(count(*), 0) as volunteer_share,  -- 志愿者占比 | share who serve #aggregate #of_persons
    cast(sum(hours) as double) as hours,                                                       -- 服务时长 | hours | of those whose hours are known #aggregate
    cast(max(hours) as double) / nullif(cast(sum(hours) as double), 0) as hours_largest_share,  -- 时长最多者占比 | share of who served longest | of the hours; never leaves #aggregate
    cast(sum(hours) filter (where place <= 2) as double) / nullif(cast(sum(hours) as double), 0) as hours_two_largest_share,  -- 时长最多两者占比 | share of the two who served longest | never leaves #aggregate
    median(hours) as hours_median,                                                             -- 服务时长中位数 | median hours | of a volunteer #aggregate
    count(is_retained) as followed,                                                            -- 可追踪人数 | volunteers followed | who were here in the next term, which is over #aggregate #part
    case
        when count(is_retained) >= min(site.small_cell)
            then cast(count(*) filter (where is_retained) as double) / nullif(count(is_retained), 0)
    end as retained_share,                                                                     -- 留任率 | share who serve again | of those followed #aggregate
    case when count(*) filter (where has_served and terms_served = 1) >= min(site.small_cell) then count(*) filter (where has_served and terms_served = 1) end as newcomers,  -- 首次服务人数 | first time | in what was received #aggregate #part
    case when count(*) filter (where role = 'participant') >= min(site.small_cell) then count(*) filter (where role = 'participant') end as participants,  -- 参与者人数 | participants | of the group, whether they served or not #aggregate #part
    case when count(*) filter (where role = 'contributor') >= min(site.small_cell) then count(*) filter (where role = 'contributor') end as contributors,  -- 贡献者人数 | contributors #aggregate #part
    case when count(*) filter (where role = 'partner') >= min(site.small_cell) then count(*) filter (where role = 'partner') end as partners  -- 合作者人数 | partners #aggregate #part
from person
cross join ref.site as site
group by person.group_type, person.group_code, person.term
