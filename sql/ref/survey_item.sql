-- One row for each item of each survey: its wording and its scale.
--
-- grain: survey_family, item

create table ref.survey_item (
    survey_family varchar not null,  -- 问卷系列 | survey family | the part of a survey's name before its year
    item          varchar not null,  -- 题项 | item
    position      integer not null,  -- 次序 | position
    label_zh      varchar not null,  -- 中文名 | Chinese name
    label_en      varchar not null,  -- 英文名 | English name
    scale_min     integer not null,  -- 最低分 | lowest answer
    scale_max     integer not null   -- 最高分 | highest answer
);
