-- One row for each person in each snapshot of the campus hub's person records.
--
-- feed: 学籍 | enrolment | expected
-- grain: patron_key, seen_on
-- happened: seen_on
-- due: 30 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: level, value_set: [associate, bachelor, master, doctor, other, staff]}
-- expect ColumnValuesToBeInSet: {column: status, value_set: [active, leave, left, graduated, abroad, reserved]}

create table raw.enrolment (
    patron_key    varchar not null,  -- 读者假名 | patron | a keyed pseudonym of the person's number #pseudonym
    seen_on       date    not null,  -- 快照日期 | snapshot day | the day on which the hub wrote the record
    status        varchar not null,  -- 学籍状态 | enrolment status | active, leave, left, graduated, abroad or reserved
    level         varchar not null,  -- 培养层次 | level | associate, bachelor, master, doctor, other or staff
    college       varchar,           -- 学院 | college #quasi_identifier
    major         varchar,           -- 专业 | major #quasi_identifier
    class_group   varchar,           -- 班级 | class #quasi_identifier
    campus        varchar,           -- 校区 | campus #quasi_identifier
    grade_label   varchar,           -- 年级 | grade | the year a person belongs to, which leave of absence can move #quasi_identifier
    entered_on    date,              -- 入学日期 | entry day #quasi_identifier
    program_years decimal(3, 1)      -- 学制 | programme length | in years
);
