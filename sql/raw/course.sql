-- One row for each class section and term; a section that meets on several weekdays has a row for each.
--
-- feed: 课程 | courses
-- grain: course_key, section, term_code, weekday, weeks
-- due: 200 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeBetween: {column: weekday, min_value: 1, max_value: 7}
-- expect ColumnValuesToBeBetween: {column: enrolled, min_value: 0}

create table raw.course (
    course_key varchar not null,  -- 课程号 | course
    section    varchar,           -- 课序号 | section
    title      varchar not null,  -- 课程名称 | course title
    college    varchar,           -- 开课单位 | college | that gives the course #quasi_identifier
    term_code  varchar not null,  -- 学年学期 | term | such as 2025-2026-1
    category   varchar,           -- 课程类别 | category
    credits    decimal(5, 1),     -- 学分 | credits
    hours      decimal(7, 1),     -- 学时 | class hours
    weeks      varchar,           -- 上课周次 | weeks | as the system writes them: 1-16周(单), or a digit for each week
    weekday    integer,           -- 上课星期 | weekday | 1 Monday … 7 Sunday
    enrolled   integer            -- 选课人数 | enrolled
);
