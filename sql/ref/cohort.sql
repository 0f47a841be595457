-- One row for each cohort whose portrait is drawn; a person can belong to several.
--
-- grain: cohort

create table ref.cohort (
    cohort   varchar not null,  -- 群体 | cohort
    position integer not null,  -- 次序 | position
    label_zh varchar not null,  -- 中文名 | Chinese name
    label_en varchar not null,  -- 英文名 | English name
    is_shown boolean not null   -- 学院页显示 | shown | whether the college page has a line for it
);
