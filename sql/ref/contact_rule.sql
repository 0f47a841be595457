-- One row for each rule of how often a reader may be contacted; a rule without a value does not hold.
--
-- grain: rule
-- check rule_is_known: rule in ('contacts_per_person', 'person_window_days', 'contacts_per_service_and_term', 'cooling_off_days', 'quiet_before_exams_days', 'unanswered_before_rest', 'list_valid_days', 'stated_need_days')
-- check no_rule_is_negative: value >= 0

create table ref.contact_rule (
    rule     varchar not null,  -- 规则 | rule
    value    integer,           -- 取值 | value | empty: the rule does not hold, which is not the same as 0
    label_zh varchar not null,  -- 中文说明 | meaning in Chinese
    label_en varchar not null   -- 英文说明 | meaning in English
);
