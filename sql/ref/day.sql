-- One row for each day that is not an ordinary one: a holiday, a make-up workday, a day the library is closed.
--
-- grain: day

create table ref.day (
    day      date    not null,  -- 日期 | day
    day_type varchar not null,  -- 日类型 | kind of day | holiday, makeup_workday or closed
    name_zh  varchar not null,  -- 中文名 | Chinese name
    name_en  varchar not null   -- 英文名 | English name
);
