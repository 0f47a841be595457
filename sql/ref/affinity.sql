-- One row for each discipline that is a college's or a major's own field.
--
-- A major that is named has its own rows only; any other has those of its college.
--
-- grain: college, major, discipline
-- check discipline_is_known: discipline between '01' and '14'

create table ref.affinity (
    college    varchar not null,  -- 学院 | college
    major      varchar,           -- 专业 | major | empty for the whole college
    discipline varchar not null   -- 学科门类 | discipline | 01 to 14, as in ref.field
);
