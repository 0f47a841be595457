-- One row for each kind of event whose attendance is reported to the second classroom, and how long it must have been.
--
-- grain: event_type

create table ref.second_classroom (
    event_type    varchar not null,  -- 活动类型 | event type | as in clean.attendance
    least_minutes integer not null,  -- 最少分钟数 | least minutes | fewest minutes of presence that are reported
    label_zh      varchar not null,  -- 中文名 | Chinese name
    label_en      varchar not null   -- 英文名 | English name
);
