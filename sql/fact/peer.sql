-- One row for each person here in a term and each group of peers they are counted among.
--
-- Peers share level, study year and discipline group.  Where they are fewer than the site's peer group, all of the level
-- and study year are taken, then the level group, then everyone; where even they are too few, nobody is compared.  A
-- person belongs to one group of their own, and is also counted among the peers of those who have to look further.
-- Groups that nobody is compared with are left out.
--
-- grain: patron_key, term, peer_group
-- rebuild: term(term)
-- check groups_are_large: peers >= 10

with grouped as (
    select patron_key, term, 1 as tier, concat_ws(' ', level, cast(study_year as varchar), discipline_group) as peer_group
    from fact.roster
    where is_exposed and study_year is not null and discipline_group is not null
    union all
    select patron_key, term, 2 as tier, concat_ws(' ', level, cast(study_year as varchar)) as peer_group
    from fact.roster
    where is_exposed and study_year is not null
    union all
    select patron_key, term, 3 as tier, level_group as peer_group
    from fact.roster
    where is_exposed
    union all
    select patron_key, term, 4 as tier, 'everyone' as peer_group
    from fact.roster
    where is_exposed
),

large as (
    select grouped.term, grouped.peer_group, count(*) as peers
    from grouped
    cross join ref.site as site
    group by grouped.term, grouped.peer_group, site.peer_group
    having count(*) >= site.peer_group
),

placed as (
    select
        grouped.patron_key,
        grouped.term,
        grouped.peer_group,
        large.peers,
        grouped.tier = min(grouped.tier) over (partition by grouped.patron_key, grouped.term) as is_own
    from grouped
    join large on grouped.term = large.term and grouped.peer_group = large.peer_group
),

needed as (
    select distinct term, peer_group
    from placed
    where is_own
)

select
    placed.patron_key,
    placed.term,
    placed.peer_group,  -- 同群体 | peer group | level, study year and discipline group; level and study year, the level group or everyone where those are too few
    placed.peers,       -- 同群体人数 | peers | people in it this term #aggregate
    placed.is_own       -- 是否本人对照群体 | own | whether the person is compared with this group, or only counted in it
from placed
join needed on placed.term = needed.term and placed.peer_group = needed.peer_group
