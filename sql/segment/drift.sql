-- One row for each term, group of readers and feature: how far readers have gone from those the model was fitted on.
--
-- A flag asks for a look, and for a decision where it stays: `mingyuan segments refit`.  Nothing is ever refitted by itself.
--
-- grain: term, level_group, feature
-- persons: persons

create table segment.drift (
    term           varchar not null,  -- 学期 | term
    level_group    varchar not null,  -- 层次组 | level group | of the model
    feature        varchar not null,  -- 指标 | feature
    version        integer not null,  -- 版本 | version #plain
    psi            double  not null,  -- 群体稳定性指数 | population stability index | over the tenths of the training term; flagged from 0.25 #index
    shift          double  not null,  -- 平均偏移 | shift of the mean | in standard deviations of the training term #index
    distance_ratio double  not null,  -- 距离比 | distance ratio | mean distance from the own centre over that in training, of all features together; flagged from 1.25 #index
    is_flagged     boolean not null,  -- 是否提示 | flagged
    persons        bigint  not null   -- 人数 | persons | readers placed by the model in the term
);
