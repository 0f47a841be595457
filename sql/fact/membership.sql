-- One row for each person, term and group they are counted in: everyone, their cohorts, their college.
--
-- grain: patron_key, term, group_type, group_code

select
    patron_key,
    term,
    'cohort' as group_type,       -- 组别 | kind of group | cohort or college
    'everyone' as group_code      -- 组 | group | a cohort of ref.cohort, or the name of a college
from fact.roster
where is_exposed
union all
select patron_key, term, 'cohort' as group_type, level_group as group_code
from fact.roster
where is_exposed
union all
select patron_key, term, 'cohort' as group_type, 'new' as group_code
from fact.roster
where is_exposed and study_year = 1 and level_group <> 'staff'
union all
select patron_key, term, 'cohort' as group_type, 'graduating' as group_code
from fact.roster
where is_exposed and study_year = programme_length
union all
select patron_key, term, 'college' as group_type, college as group_code
from fact.roster
where is_exposed
