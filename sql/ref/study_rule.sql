-- One row for each number in the rules of the study list and the reading stars.
--
-- grain: rule

create table ref.study_rule (
    rule     varchar        not null,  -- 规则 | rule
    value    decimal(9, 3)  not null,  -- 取值 | value
    label_zh varchar        not null,  -- 中文说明 | meaning in Chinese
    label_en varchar        not null   -- 英文说明 | meaning in English
);
