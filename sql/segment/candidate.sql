-- One row for each version, group of readers and way of grouping them: the model card, k-means beside three other ways.
--
-- Tried on at most 1,500 of the readers; stability is the median adjusted Rand index with refits on parts of them.
--
-- grain: version, level_group, method
-- persons: persons

create table segment.candidate (
    version       integer not null,  -- 版本 | version
    level_group   varchar not null,  -- 层次组 | level group
    method        varchar not null,  -- 方法 | method | kmeans (the default), gaussian_mixture, hdbscan or latent_class
    clusters      integer not null,  -- 群体数 | groups found #plain
    silhouette    double  not null,  -- 轮廓系数 | silhouette | of the readers that are in a group #index
    stability     double  not null,  -- 稳定性 | stability #index
    noise_share   double  not null,  -- 未归入占比 | share in no group
    ari_to_kmeans double  not null,  -- 与默认方法的一致性 | agreement with k-means | adjusted Rand index #index
    bic           double,            -- BIC | BIC | lower is better, among the numbers of groups of one way; empty where a way has none #plain
    persons       bigint  not null,  -- 建模人数 | persons
    judgement_zh  varchar not null,  -- 中文判断 | judgement in Chinese
    judgement_en  varchar not null   -- 英文判断 | judgement in English
);
