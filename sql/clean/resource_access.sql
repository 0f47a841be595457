-- One row for each person, host, kind of access and second: lines of a proxy log that were answered.
--
-- Only answers of 200 to 399 count, and lines of logs that give no status.  Lines of the same second are added.
-- Files of a log overlap where each tells of several days, so of the same second as many count as the file holds that has most.
--
-- grain: patron_key, accessed_at, host, kind
-- rebuild: month(accessed_on)
-- follows clean.patron_identifier: patron_key

with told as (
    select
        access.patron_key,
        access.accessed_at,
        access.host,
        access.kind,
        min(access.patron_group) as patron_group,
        count(*) as requests,
        sum(access.bytes) as bytes
    from raw.resource_access as access
    where access.status between 200 and 399 or access.status is null
    group by access.patron_key, access.accessed_at, access.host, access.kind, access.source_file
),

lines as (
    select
        told.patron_key,
        told.accessed_at,
        told.host,
        told.kind,
        min(told.patron_group) as patron_group,
        max(told.requests) as requests,
        max(told.bytes) as bytes
    from told
    group by told.patron_key, told.accessed_at, told.host, told.kind
)

select
    coalesce(card.patron_key, access.patron_key) as patron_key,
    access.accessed_at,
    cast(access.accessed_at as date) as accessed_on,                                 -- 访问日期 | accessed on
    cast(floor(date_diff('minute', timestamp '2000-01-01 00:00:00', access.accessed_at) / 10) as bigint) as ten_minutes,  -- 十分钟时段 | ten minutes | number of the stretch of ten minutes, counted from the year 2000
    access.host,
    access.kind,
    min(access.patron_group) as patron_group,
    cast(sum(access.requests) as bigint) as requests,                                -- 请求次数 | requests #aggregate
    cast(sum(access.bytes) as bigint) as bytes                                       -- 字节数 | bytes
from lines as access
left join clean.patron_identifier as card
    on access.patron_key = card.identifier_key
    and access.accessed_at >= card.valid_from
    and access.accessed_at < card.valid_to
group by coalesce(card.patron_key, access.patron_key), access.accessed_at, access.host, access.kind
