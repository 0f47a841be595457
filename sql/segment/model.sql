-- One row for each version of the segments, group of readers and number of segments tried, with the grounds on which one was chosen.
--
-- Where no number holds still the most stable one is marked as chosen, nothing of it is published, and readers of the
-- group are told to be active and no more.
--
-- grain: version, level_group, k
-- persons: persons

create table segment.model (
    version          integer not null,  -- 版本 | version | a term is told by the last version fitted on it or before, earlier ones by the first
    level_group      varchar not null,  -- 层次组 | level group | all: everybody, also used for groups too small for a model of their own
    k                integer not null,  -- 群体数 | segments tried
    is_chosen        boolean not null,  -- 是否采用 | chosen | the largest accepted number whose silhouette is within 0.03 of the best accepted, else the most stable
    is_accepted      boolean not null,  -- 是否合格 | accepted | stable, every segment distinct, large enough and nameable
    is_nameable      boolean not null,  -- 是否可命名 | nameable | every segment deserves a name of its own in ref.segment_name
    silhouette       double not null,   -- 轮廓系数 | silhouette | -1 to 1, higher is better separated #index
    stability        double not null,   -- 稳定性 | stability | median adjusted Rand index of refits on 20 resamples of 80 per cent; accepted from 0.8 #index
    jaccard_min      double not null,   -- 最弱群体重合度 | weakest segment | mean Jaccard overlap of the least stable segment; accepted from 0.75 #index
    smallest_share   double not null,   -- 最小群体占比 | smallest share | accepted from 0.05
    persons          bigint not null,   -- 建模人数 | persons | readers the model was fitted on
    fitted_on_term   varchar not null,  -- 建模学期 | fitted on term
    dropped_features varchar not null,  -- 未用指标 | features left out | comma-separated; not recorded here, or the same for everybody
    agreement        double,            -- 与上一版的一致性 | agreement with the version before | adjusted Rand index, of the same readers #index
    training_hash    varchar not null,  -- 训练数据摘要 | hash of the training data
    verdict          varchar not null   -- 结论 | verdict | published, not stable enough to publish, or not chosen
);
