-- One row for each measure in which a reader is set among their peers, and its weight in the use index.
--
-- A measure of weight zero is ranked but takes no part in the index.  Which measures there can be is said in
-- fact.percentile, one line for each.
--
-- grain: measure
-- check measures_are_known: measure in ('visit_days', 'presence_hours', 'bookings', 'resource_hours', 'events_attended', 'loans')
-- check weights_are_not_negative: weight >= 0
-- check views_are_known: view in ('usage', 'reading', 'growth')

create table ref.measure (
    measure  varchar       not null,  -- 指标 | measure | a column of the person's portrait
    view     varchar       not null,  -- 视角 | view | usage, reading or growth
    weight   decimal(6, 3) not null,  -- 权重 | weight | in the use index
    position integer       not null,  -- 次序 | position
    label_zh varchar       not null,  -- 中文名 | Chinese name
    label_en varchar       not null,  -- 英文名 | English name
    unit     varchar       not null   -- 单位 | unit
);
