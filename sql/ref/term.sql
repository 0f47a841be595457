-- One row for each term of the teaching calendar.
--
-- grain: term
-- check ends_after_it_starts: ends_on > starts_on

create table ref.term (
    term           varchar not null,  -- 学期 | term | such as 2025-2026-1
    academic_year  varchar not null,  -- 学年 | academic year
    season         varchar not null,  -- 季节 | season | autumn, spring, summer or year; terms are compared within a season
    starts_on      date    not null,  -- 开始日期 | starts on
    ends_on        date    not null,  -- 结束日期 | ends on
    week1_monday   date    not null,  -- 教学第一周周一 | Monday of teaching week 1
    teaching_weeks integer not null,  -- 教学周数 | teaching weeks
    exam_from      date,              -- 考试开始 | exams from
    compare_to     varchar,           -- 比较学期 | compared with | the term a year earlier; empty where none is fit
    label_zh       varchar not null,  -- 中文名 | Chinese name
    label_en       varchar not null   -- 英文名 | English name
);
