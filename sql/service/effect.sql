-- One row for each run of a service: what it did for those it was offered to, or why that cannot be told.
--
-- Those served are compared with those held out, as they were drawn, reached or not (intention to treat), by whether they
-- did at all what the service is meant to lead to.  Without anybody held out no figure of those served is told: many who
-- are chosen for doing little do more later by themselves; where whole units were served, units like them that were not
-- show whether more changed at the same time, which is an association and no effect.  Before the days are over nothing is
-- computed.  All runs of a term are judged together: q is p raised for their number (Benjamini and Hochberg).
--
-- Methods: newcombe, shares of people drawn alone; clusters, people drawn together, by the spread of their groups; cuped,
-- either with what was done before allowed for, where that makes the interval a twentieth narrower; units, a difference
-- in differences of whole units by week.
--
-- grain: run_key
-- persons: persons
-- check verdict_is_known: verdict in ('helped', 'harmed', 'no_visible_effect', 'cannot_tell', 'too_early', 'changed_at_the_same_time', 'no_change_seen')
-- check an_effect_needs_people_held_out: verdict not in ('helped', 'harmed', 'no_visible_effect') or held_out > 0
-- check no_rate_without_people_held_out: held_out > 0 or served_rate is null
-- check nothing_is_computed_too_early: verdict <> 'too_early' or (served_rate is null and difference is null)
-- check the_interval_holds_the_difference: difference between ci_low - 0.000001 and ci_high + 0.000001
-- check what_helped_lies_above_zero: verdict <> 'helped' or (ci_low > 0 and q_value <= 0.05)
-- check what_harmed_lies_below_zero: verdict <> 'harmed' or (ci_high < 0 and q_value <= 0.05)
-- check what_is_not_visible_is_small: verdict <> 'no_visible_effect' or (ci_low > -detectable and ci_high < detectable)

create table service.effect (
    run_key          varchar not null,  -- 运行号 | run
    service          varchar not null,  -- 服务 | service
    term             varchar not null,  -- 学期 | term
    window_from      date    not null,  -- 观察开始 | watched from
    window_to        date    not null,  -- 观察截止 | watched until
    design           varchar not null,  -- 设计 | design | trial: people were held out by chance; observed: nobody was
    method           varchar,           -- 方法 | method | newcombe, clusters, cuped, "clusters, cuped" or units; empty where nothing was computed
    persons          bigint  not null,  -- 较小组人数 | persons of the smaller arm
    served           bigint  not null,  -- 服务人数 | served | as drawn #people
    held_out         bigint  not null,  -- 对照人数 | held out | as drawn #people
    units            bigint  not null,  -- 抽取单元数 | units drawn | people, or groups drawn as one
    served_rate      double,            -- 服务组比例 | share of those served | who did it
    held_out_rate    double,            -- 对照组比例 | share of those held out | who did it without being asked
    difference       double,            -- 差异 | difference | of the shares, or of the changes of units; with the baseline allowed for where the method says so #index
    ci_low           double,            -- 区间下限 | interval from | 95 % #index
    ci_high          double,            -- 区间上限 | interval to | 95 % #index
    p_value          double,            -- p值 | p | how often chance alone makes as large a difference #index
    q_value          double,            -- 校正p值 | q | p raised for all runs of the term judged together #index
    judged_together  bigint,            -- 同期评估数 | judged together | runs of the term that were judged #plain
    detectable       double,            -- 可检出差异 | detectable difference | that the run was made to be able to see; empty where none was planned #index
    times_difference double,            -- 次数差异 | difference in times | days with an outcome per person, those served less those held out; no verdict rests on it #index
    times_low        double,            -- 次数区间下限 | times from | 95 % #index
    times_high       double,            -- 次数区间上限 | times to | 95 % #index
    verdict          varchar not null,  -- 结论 | verdict | helped, harmed, no_visible_effect, cannot_tell or too_early; without people held out changed_at_the_same_time, no_change_seen or cannot_tell
    reason           varchar not null,  -- 理由代码 | reason code
    reason_zh        varchar not null,  -- 中文理由 | reason in Chinese
    reason_en        varchar not null   -- 英文理由 | reason in English
);
