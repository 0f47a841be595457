-- One row for each version of the segments and group of readers: the model by which readers are placed, and who decided it.
--
-- Written once and never changed.  The first version is fitted by the first run that has a whole term with every export
-- that the site file names; every later one by `mingyuan segments refit`.  A copy of each version lies in the site's
-- folder for segments, from which an emptied warehouse takes it back.
--
-- grain: version, level_group

create table ledger.segment_model (
    version        integer   not null,  -- 版本 | version
    level_group    varchar   not null,  -- 层次组 | level group | all: everybody, also used for groups too small for a model of their own
    fitted_on_term varchar   not null,  -- 建模学期 | fitted on term | this version tells that term and those after it, the first one also those before
    persons        bigint    not null,  -- 建模人数 | persons | readers the model was fitted on
    is_published   boolean   not null,  -- 是否发布 | published | whether its segments hold still enough for readers to be told of them
    training_hash  varchar   not null,  -- 训练数据摘要 | hash of the training data | who, with which values
    agreement      double,              -- 与上一版的一致性 | agreement | adjusted Rand index with the version before, of the same readers; empty where there is none
    document       varchar   not null,  -- 模型 | model | JSON: features, yardstick, centres, names, and the figures of every attempt
    decided_at     timestamp not null,  -- 决定时间 | decided at
    decided_by     varchar   not null,  -- 决定者 | decided by | the account that ran the command, or first run
    reason         varchar   not null   -- 理由 | reason
);
