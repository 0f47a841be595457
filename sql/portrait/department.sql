-- One row for each college and term.
--
-- grain: college, term
-- persons: persons
-- counts: members

select
    unit.group_code as college,  -- 学院 | college #quasi_identifier
    unit.* exclude (group_type, group_code)
from portrait.unit as unit
where unit.group_type = 'college'
