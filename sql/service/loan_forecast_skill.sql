-- One row for each way of foretelling a term's loans by college and class: how well it did on terms it had not seen.
--
-- Every way is tried on the same terms and cells, with what was known as long before as it is now.  A model is published
-- only if it errs less than every plain rule, less than last year's figures err on the terms learnt from (MASE below 1),
-- and its band holds 75 to 85 per cent of what came.  Where it does not, the best plain rule is shown.
--
-- grain: candidate
-- check coverage_is_a_share: coverage between 0 and 1
-- check only_a_model_is_published: not is_published or candidate = 'model'
-- check what_is_published_is_shown: not is_published or is_shown

create table service.loan_forecast_skill (
    candidate    varchar not null,  -- 候选方法 | candidate | model; last_year: the season's last term; same_season and season_mean: the median and the mean of its last three
    cells        bigint  not null,  -- 评估单元数 | cells judged | colleges by classes by terms
    terms        bigint  not null,  -- 评估学期数 | terms judged
    judged_from  varchar,           -- 评估首学期 | first term judged
    judged_to    varchar,           -- 评估末学期 | last term judged
    wape         double,            -- 加权绝对百分比误差 | WAPE | sum of absolute errors over the sum of loans
    mase         double,            -- 平均绝对标度误差 | MASE | mean absolute error over that of last year's figures on the terms learnt from
    coverage     double,            -- 区间覆盖率 | coverage | share of cells inside the 80 per cent band
    is_published boolean not null,  -- 是否发布模型 | published | a model that beat every plain rule
    is_shown     boolean not null,  -- 是否展示 | shown | what service.loan_forecast holds
    verdict      varchar not null   -- 结论 | verdict | published, shown, not shown, not better, MASE not below 1, coverage outside 75 to 85 per cent, or not enough history
);
