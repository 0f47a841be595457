-- One row for each view of the study list and component of its score.
--
-- grain: view, component

create table ref.study_weight (
    view      varchar       not null,  -- 视图 | view | overall, reading or growth
    component varchar       not null,  -- 分项 | component | presence, reading, resource, booking, event or growth
    weight    decimal(6, 3) not null,  -- 权重 | weight | relative to the others of the view
    label_zh  varchar       not null,  -- 中文名 | Chinese name
    label_en  varchar       not null   -- 英文名 | English name
);
