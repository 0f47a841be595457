-- One row for each stage of study and training lesson that it should meet: the library's curriculum.
--
-- A training belongs to a lesson if its export gives it the lesson's series; a library puts its own names in place.
--
-- grain: lesson
-- check a_lesson_does_not_come_after_itself: after is null or after <> lesson

create table ref.training (
    lesson    varchar not null,  -- 主题 | lesson
    stage    varchar not null,  -- 学段 | stage | as in fact.roster
    position integer not null,  -- 次序 | position | in the stage
    after    varchar,           -- 先修主题 | after | the lesson to be attended before; empty where none
    due_term integer not null,  -- 应修学期 | due term | teaching term of the programme in which it should have been attended
    series   varchar not null,  -- 系列 | series | as the exports of events name it
    label_zh varchar not null,  -- 中文名 | Chinese name
    label_en varchar not null   -- 英文名 | English name
);
