-- The site's own judgements, as its site file states them; one row.
--
-- grain: name_en

create table ref.site (
    name_zh            varchar not null,        -- 中文名 | Chinese name
    name_en            varchar not null,        -- 英文名 | English name
    class_scheme       varchar not null,        -- 分类法 | class scheme | clc, lcc, ddc, or none where call numbers are not classed; ref.class_scheme tells parts of the stock apart
    service_day_starts integer not null,        -- 服务日起点 | service day starts | hour before which an event belongs to the day before
    double_swipe_seconds integer not null,      -- 重复刷卡窗口 | double swipe | a second swipe within so many seconds is the same passage
    longest_stay_minutes integer not null,      -- 最长在馆 | longest stay | a longer pairing is two missing swipes
    longest_night_minutes integer not null,     -- 最长跨日在馆 | longest stay past the service day
    small_cell         integer not null,        -- 小单元阈值 | small cell | fewest people an aggregate may show
    peer_group         integer not null,        -- 同群体最小人数 | peer group | fewest people a percentile may be taken among
    active_days_floor  integer not null,        -- 活跃天数下限 | active days floor | fewest active days in a term that make a reader active
    dormant_after_weeks integer not null,       -- 沉寂判定周数 | dormant after weeks | weeks of a running term before anyone is called dormant
    coverage_floor     decimal(4, 3) not null   -- 覆盖率下限 | coverage floor | a term covered less is not measured
);
