-- One row for each rule by which a service is kept, mended or stopped; the first that holds decides.
--
-- A rule whose figure was not measured does not hold.
--
-- grain: rule
-- check verdict_is_known: verdict in ('keep', 'fix', 'stop', 'cannot_tell')

create table ref.evaluation_rule (
    position integer not null,  -- 次序 | position | the first rule that holds decides
    rule     varchar not null,  -- 规则 | rule | harmed, no_effect, no_effect_again, not_told, helped: the verdict on its effect; few_reached: share of the eligible contacted; unequal: Theil index between colleges; unsatisfied: rating from 0 to 1; no_shows: share of bookings not kept
    value    double,            -- 界限 | limit | empty where the rule needs none
    verdict  varchar not null,  -- 结论 | verdict | keep, fix, stop or cannot_tell
    label_zh varchar not null,  -- 中文理由 | reason in Chinese
    label_en varchar not null   -- 英文理由 | reason in English
);
