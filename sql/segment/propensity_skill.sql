-- One row for each kind of use and way of foretelling it: how well its probabilities held in a term it had not seen.
--
-- Every way learns from the earlier terms, is set right on the last but one, and is judged on the last whole term, among
-- readers enrolled in both.  Where more than 200,000 readers' terms would teach a model, it learns from those of every second
-- reader, every third and so on.  A way takes the place of a plainer one only if its Brier score is at least 2 per cent lower.
--
-- grain: target, candidate
-- check auc_is_a_share: auc between 0 and 1

create table segment.propensity_skill (
    target                varchar not null,  -- 预测对象 | target | visit, loan, booking or training
    candidate             varchar not null,  -- 候选方法 | candidate | baseline: the rate of the level group by use this term and the one before; logistic; boosted
    judged_on_term        varchar,           -- 评估学期 | judged on term | whose outcome was compared
    readers               bigint  not null,  -- 评估人数 | readers judged
    log_loss              double,            -- 对数损失 | log-loss
    brier                 double,            -- Brier评分 | Brier score | mean squared error of the probability
    auc                   double,            -- AUC | AUC | share of pairs, one who did and one who did not, put in the right order
    calibration_slope     double,            -- 校准斜率 | calibration slope | 1 is right; below 1 is too sure
    calibration_intercept double,            -- 校准截距 | calibration intercept | 0 is right
    lift_10               double,            -- 前10%提升度 | lift at 10 % | the rate among the tenth held most likely, over the rate of all
    level_gap             double,            -- 层次最大偏差 | largest gap by level | between foretold and true rate, of level groups from 30 readers on
    college_gap           double,            -- 学院最大偏差 | largest gap by college | of colleges from 30 readers on
    is_shown              boolean not null,  -- 是否采用 | shown | what segment.propensity holds
    verdict               varchar not null   -- 结论 | verdict | shown, not shown, not enough terms, or one outcome only
);
