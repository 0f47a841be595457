-- One row for each segment and feature: what its readers look like in the term the model was fitted on.
--
-- Only versions that are published have rows.
--
-- grain: version, level_group, segment, feature
-- persons: persons

create table segment.centre (
    version                 integer not null, -- 版本 | version
    level_group             varchar not null, -- 层次组 | level group
    segment                 varchar not null, -- 细分群体 | segment
    feature                 varchar not null, -- 指标 | feature
    centre                  double,           -- 平均水平 | average | over the segment's readers, in the feature's own unit #index
    standardised_difference double not null,  -- 标准化差异 | standardised difference | distance from the average of the group, in standard deviations #index
    persons                 bigint not null   -- 人数 | persons | readers of the segment in that term
);
