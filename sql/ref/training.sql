-- One row for each stage of study and training topic that it should meet: the library's curriculum.
--
-- A training belongs to a topic if its export gives it the topic's series; a library puts its own names in place.
--
-- grain: topic
-- check a_topic_does_not_come_after_itself: after is null or after <> topic

create table ref.training (
    topic    varchar not null,  -- 主题 | topic
    stage    varchar not null,  -- 学段 | stage | as in fact.roster
    position integer not null,  -- 次序 | position | in the stage
    after    varchar,           -- 先修主题 | after | the topic to be attended before; empty where none
    due_term integer not null,  -- 应修学期 | due term | teaching term of the programme in which it should have been attended
    series   varchar not null,  -- 系列 | series | as the exports of events name it
    label_zh varchar not null,  -- 中文名 | Chinese name
    label_en varchar not null   -- 英文名 | English name
);
