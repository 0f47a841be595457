-- One row for each survey, group and item: the mean, the top two boxes and the net promoters, weighted where that is possible.
--
-- Weights are those of report.survey_weighting.  The interval of the mean is 1.96 linearised standard errors of a calibrated
-- ratio, which are the root of n / (n − p) · Σ (w e)², e being what weighted least squares on the margins leaves of
-- (y − mean) / Σw and p their rank; the roster is taken for endless, which errs on the wide side.  Where a survey is not weighted, the unweighted
-- mean's.  A level group or segment holds only respondents whose identity is known; a college also those who state it.
--
-- grain: survey, group_type, group_code, item
-- persons: persons
-- check interval_holds_the_mean: coalesce(mean_weighted, mean_unweighted) between ci_low - 0.000001 and ci_high + 0.000001
-- check top2_is_a_share: top2_share between 0 and 1.000001

create table report.survey_estimate (
    survey          varchar not null,  -- 问卷 | survey
    group_type      varchar not null,  -- 组别 | kind of group | cohort (everyone or a level group), college or segment
    group_code      varchar not null,  -- 组 | group
    item            varchar not null,  -- 题项 | item
    position        integer not null,  -- 次序 | position
    label_zh        varchar not null,  -- 中文名 | Chinese name
    label_en        varchar not null,  -- 英文名 | English name
    scale_min       double  not null,  -- 最低分 | lowest answer | of ref.survey_item, or the lowest given where that is lower
    scale_max       double  not null,  -- 最高分 | highest answer | of ref.survey_item, or the highest given where that is higher
    is_weighted     boolean not null,  -- 是否加权 | weighted
    persons         bigint  not null,  -- 估计人数 | people | behind the estimate: the matched where the survey is weighted, else all who answered
    respondents     bigint  not null,  -- 答卷人数 | respondents | of the group who answered the item #people
    n_eff           double,            -- 有效样本量 | effective sample size | persons over the design effect of their weights #people
    mean_unweighted double,            -- 未加权均值 | unweighted mean | of all respondents #even
    mean_weighted   double,            -- 加权均值 | weighted mean | empty where the survey is not weighted #even
    ci_low          double,            -- 区间下限 | interval from | 95 %; empty for one person #index
    ci_high         double,            -- 区间上限 | interval to | 95 %; empty for one person #index
    top2_share      double,            -- 前两档占比 | top-two share | CSAT: answers in the two highest boxes, weighted as the mean
    nps             double,            -- 净推荐值 | net promoters | share of 9 and 10 less share of 0 to 6; only on a scale of 0 to 10 #index
    nps_low         double,            -- 净推荐值下限 | net promoters from | 95 %, by p₊ + p₋ − (p₊ − p₋)² over n_eff #index
    nps_high        double             -- 净推荐值上限 | net promoters to | 95 % #index
);
