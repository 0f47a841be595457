-- One row for each rule of the ladder of roles: how much makes a contributor, which roles are a partner's.
--
-- grain: rule
-- check a_rule_says_something: role is not null or least is not null

create table ref.role_rule (
    rule     varchar       not null,  -- 规则 | rule | participant_acts, contributor_acts, contributor_hours, or any name for a partner's role
    role     varchar,                 -- 岗位 | role | as the feed of contributions writes it; empty for a threshold
    least    decimal(9, 3),           -- 下限 | least | acts or hours in the academic year; empty for a role
    label_zh varchar       not null,  -- 中文说明 | meaning in Chinese
    label_en varchar       not null   -- 英文说明 | meaning in English
);
