-- One row for each cohort and term: undergraduates, postgraduates, new, graduating, staff and everyone.
--
-- grain: cohort, term
-- persons: persons
-- counts: members

select
    unit.group_code as cohort,  -- 群体 | cohort
    unit.* exclude (group_type, group_code)
from portrait.unit as unit
where unit.group_type = 'cohort'
