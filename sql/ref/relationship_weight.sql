-- One row for each component of the relationship between readers and the library, and its weight within its axis.
--
-- grain: component

create table ref.relationship_weight (
    axis      varchar       not null,  -- 关系维度 | axis | interaction, cohesion, collaboration or stability
    component varchar       not null,  -- 分项 | component
    weight    decimal(6, 3) not null,  -- 权重 | weight | relative to the others of the axis
    label_zh  varchar       not null,  -- 中文名 | Chinese name
    label_en  varchar       not null   -- 英文名 | English name
);
