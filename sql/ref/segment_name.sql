-- One row for each segment a reader can be in, and the rule by which a cluster earns its name.
--
-- grain: segment

create table ref.segment_name (
    segment    varchar not null,  -- 细分群体 | segment
    position   integer not null,  -- 次序 | position
    label_zh   varchar not null,  -- 中文名 | Chinese name
    label_en   varchar not null,  -- 英文名 | English name
    meaning_zh varchar not null,  -- 中文释义 | meaning in Chinese
    meaning_en varchar not null,  -- 英文释义 | meaning in English
    pattern    varchar,           -- 命名规则 | pattern | features that set a cluster of this name apart, each with + or -
    least_features integer        -- 最少特征数 | least features | how many of the pattern must hold
);
