-- One row for each day from the first term to the last.
--
-- grain: day

create table ref.calendar_day (
    day           date    not null,  -- 日期 | day
    term          varchar,           -- 学期 | term | empty in a vacation
    teaching_week integer,           -- 教学周 | teaching week | 1 for the week of week1_monday; empty outside teaching
    weekday       integer not null,  -- 星期 | weekday | 1 Monday … 7 Sunday
    day_type      varchar not null,  -- 日类型 | kind of day | workday, weekend, holiday, makeup_workday or closed
    is_open       boolean not null,  -- 是否开馆 | open | whether the library is open at all
    period        varchar not null,  -- 时段 | period | teaching, exam, vacation, or break: in a term, outside teaching and exams
    open_minutes  integer            -- 开放分钟数 | open minutes | of the library as a whole; 0 on a closed day, empty where no hours are given
);
