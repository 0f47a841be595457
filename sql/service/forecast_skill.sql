-- One row for each target, horizon and way of forecasting: how well it did on days it had not seen.
--
-- Every way is tried on the same days, with what was known that many days before.  A model is published only if it errs
-- less than every plain rule, less than last week's figures err on the days learnt from (MASE below 1), and its band holds
-- 75 to 85 per cent of what came.  Where it does not, the best plain rule is shown.
--
-- grain: target, horizon, candidate
-- check coverage_is_a_share: coverage between 0 and 1
-- check only_a_model_is_published: not is_published or candidate = 'model'
-- check what_is_published_is_shown: not is_published or is_shown

create table service.forecast_skill (
    target       varchar not null,  -- 预测对象 | target | entries or seats_in_use
    horizon      integer not null,  -- 预测跨度 | horizon | days ahead
    candidate    varchar not null,  -- 候选方法 | candidate | model; last_week: the same hour a week, or four, before; same_week: the median of the same teaching week, weekday and hour in up to three terms of the season; past_mean: the mean of the place's hour over all the past
    hours        bigint  not null,  -- 评估小时数 | hours judged | of all buildings
    judged_from  date,              -- 评估开始 | judged from
    judged_to    date,              -- 评估结束 | judged to
    wape         double,            -- 加权绝对百分比误差 | WAPE | sum of absolute errors over the sum of demand
    mase         double,            -- 平均绝对标度误差 | MASE | mean absolute error over that of last week's figures on the days learnt from
    pinball_10   double,            -- 下限分位损失 | pinball loss at 0.1
    pinball_90   double,            -- 上限分位损失 | pinball loss at 0.9
    coverage     double,            -- 区间覆盖率 | coverage | share of hours inside the 80 per cent band
    peak_error   double,            -- 高峰偏差 | peak-hour error | mean hours between the busiest hour foretold and the one that came
    is_published boolean not null,  -- 是否发布模型 | published | a model that beat every plain rule
    is_shown     boolean not null,  -- 是否展示 | shown | what service.forecast holds for this target and horizon
    verdict      varchar not null   -- 结论 | verdict | published, shown, not shown, not better, MASE not below 1, coverage outside 75 to 85 per cent, or not enough history
);
