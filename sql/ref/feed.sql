-- One row for each feed, as the headers of its exports say below sql/raw.
--
-- grain: feed

create table ref.feed (
    feed        varchar not null,  -- 数据源 | feed
    position    integer not null,  -- 次序 | position
    label_zh    varchar not null,  -- 中文名 | Chinese name
    label_en    varchar not null,  -- 英文名 | English name
    is_expected boolean not null,  -- 是否必有 | expected | missed also where it never came; any other feed is expected once it has brought something
    is_followed boolean not null   -- 是否逐日跟踪 | followed | whether its coverage is known day by day
);
