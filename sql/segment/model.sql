-- One row for each number of segments tried for a group of readers, with the grounds on which one was chosen.
--
-- grain: level_group, k
-- persons: persons

create table segment.model (
    level_group      varchar not null,  -- 层次组 | level group | all: everybody, also used for groups too small for a model of their own
    k                integer not null,  -- 群体数 | segments tried
    is_chosen        boolean not null,  -- 是否采用 | chosen
    is_accepted      boolean not null,  -- 是否合格 | accepted | stable, every segment distinct, large enough and nameable
    silhouette       double not null,   -- 轮廓系数 | silhouette | -1 to 1, higher is better separated #index
    stability        double not null,   -- 稳定性 | stability | median adjusted Rand index of refits on resampled readers; accepted from 0.8 #index
    jaccard_min      double not null,   -- 最弱群体重合度 | weakest segment | mean Jaccard overlap of the least stable segment; accepted from 0.75 #index
    smallest_share   double not null,   -- 最小群体占比 | smallest share | accepted from 0.05
    persons          bigint not null,   -- 建模人数 | persons | readers the model was fitted on
    fitted_on_term   varchar not null,  -- 建模学期 | fitted on term | later and earlier terms are measured against it
    dropped_features varchar not null   -- 未用指标 | features left out | comma-separated; not recorded here, or the same for everybody
);
