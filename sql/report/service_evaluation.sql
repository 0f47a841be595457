-- One row for each service and term in which somebody was contacted for it, needed it, or was drawn for it: how it did.
--
-- The verdict is that of the first rule of ref.evaluation_rule that holds.  A share is of people, once each; times are told
-- apart from people.  Inequality is Theil's T of contacts over those the service is for: 0 where all got the same.
-- The rating is that of the survey item that ref.service_evidence names, from ten answers on, on a scale from 0 to 1, and
-- drawn towards the ratings of the other services where few answered.
--
-- grain: service, term
-- settles term: clean.booking
-- persons: persons
-- check reached_are_eligible: reach_rate between 0 and 1
-- check precision_is_a_share: precision_rate between 0 and 1
-- check inequality_is_not_negative: equity_between >= -0.000001 and equity_within >= -0.000001
-- check verdict_is_known: verdict in ('keep', 'fix', 'stop', 'cannot_tell')
-- check nothing_is_kept_that_did_not_help: verdict <> 'keep' or effect = 'helped'

create table report.service_evaluation (
    service           varchar not null,  -- 服务 | service
    term              varchar not null,  -- 学期 | term
    label_zh          varchar not null,  -- 中文名 | Chinese name
    label_en          varchar not null,  -- 英文名 | English name
    persons           bigint  not null,  -- 适用人数 | eligible people | whom the service is for
    in_need           bigint,            -- 需求人数 | people in need #part
    reached           bigint  not null,  -- 触达人数 | people reached | contacted for it, once each #part
    contacts          bigint  not null,  -- 触达人次 | contacts | times, not people #even
    reach_rate        double,            -- 触达率 | reach | people reached over eligible
    users             bigint,            -- 做到人数 | people who did it | what the service is meant to lead to, reached or not; empty where it is not told #part
    uses              bigint,            -- 做到人次 | times it was done | days of a person
    uses_largest_share double,           -- 做到最多者占比 | share of who did it most | of the times; never leaves
    uses_two_largest_share double,       -- 做到最多两者占比 | share of the two who did it most | never leaves
    repeat_rate       double,            -- 重复率 | repeat rate | share of those who did it on two days or more
    answered          bigint,            -- 有回应人数 | people who answered or did it | of those reached, who accepted, clicked, or did it in the days watched #people
    precision_rate    double,            -- 精准率 | precision | people who answered or did it over people reached
    equity_between    double,            -- 学院间不均 | inequality between colleges | Theil #index
    equity_within     double,            -- 学院内不均 | inequality within colleges | Theil #index
    run_key           varchar,           -- 运行号 | run | the last of the term that was judged
    effect            varchar,           -- 效果结论 | verdict on the effect | of service.effect; empty where nothing was drawn
    effect_before     varchar,           -- 上次效果结论 | verdict on the run before
    uplift            double,            -- 提升 | uplift | difference of the shares #index
    uplift_low        double,            -- 提升下限 | uplift from | 95 % #index
    uplift_high       double,            -- 提升上限 | uplift to | 95 % #index
    ratings           bigint,            -- 评价人数 | ratings | people behind the rating #people
    satisfaction      double,            -- 满意度 | satisfaction | 0 to 1, weighted and steadied #index
    opportunity_index double,            -- 机会指数 | opportunity index | importance + max(0, importance − satisfaction), 0 to 20 #index
    no_show_rate      double,            -- 失约率 | no-show rate | of the bookings of its rooms; empty where it has none
    cost              double,            -- 费用 | cost | of a term, as the library states it #plain
    verdict           varchar not null,  -- 结论 | verdict | keep, fix, stop or cannot_tell
    reason            varchar not null,  -- 规则 | rule | of ref.evaluation_rule
    reason_zh         varchar not null,  -- 中文理由 | reason in Chinese
    reason_en         varchar not null   -- 英文理由 | reason in English
);
