-- One row for each feed: what came, what was refused, and how much of the reported term it covers.
--
-- A feed that its header calls expected is always listed; any other once a file of it has come.  Records of readers
-- who were erased are as if they had never come: how many one had would be told by their number.
--
-- grain: feed
-- given: every_export, every_reader
-- persons: none

with erased as (
    select feed, source_file, count(distinct record) as records
    from ledger.reject
    where reason = 'erased'
    group by feed, source_file
),

received as (
    select
        export.feed,
        count(*) as files,
        sum(file.records - coalesce(erased.records, 0)) as records,
        sum(file.loaded) as loaded,
        sum(file.duplicates) as duplicates,
        sum(file.rejected - coalesce(erased.records, 0)) as rejected
    from ledger.file as file
    join every_export as export on file.feed = export.export
    left join erased on file.feed = erased.feed and file.source_file = erased.source_file
    where file.status = 'loaded'
    group by export.feed
),

told as (
    select max(term) as term
    from report.college
),

latest as (
    select feed, max(day) as last_day
    from ref.received_day
    group by feed
),

ambiguous as (
    select met.feed, count(*) as records
    from every_reader as met
    join clean.shared_identifier as shared on met.patron_key = shared.identifier_key
    group by met.feed
)

select
    feed.feed,                                                      -- 数据源 | feed #aggregate
    feed.position,                                                  -- 次序 | position #aggregate
    feed.label_zh,                                                  -- 中文名 | Chinese name #aggregate
    feed.label_en,                                                  -- 英文名 | English name #aggregate
    cast(coalesce(received.files, 0) as bigint) as files,            -- 文件数 | files #aggregate
    cast(coalesce(received.records, 0) as bigint) as records,        -- 记录数 | records #aggregate
    cast(coalesce(received.loaded, 0) as bigint) as loaded,          -- 装载数 | loaded #aggregate
    cast(coalesce(received.duplicates, 0) as bigint) as duplicates,  -- 重复数 | duplicates #aggregate
    cast(coalesce(received.rejected, 0) as bigint) as rejected,      -- 拒收数 | rejected #aggregate
    cast(coalesce(ambiguous.records, 0) as bigint) as ambiguous,     -- 共用证件记录数 | records of a shared card | whose identifier two people held at once: kept, and joined to neither #aggregate
    latest.last_day,                                                 -- 最新日期 | last day #aggregate
    coverage.coverage,                                               -- 覆盖率 | coverage | of the reported term #aggregate
    case
        when received.files is null then 'none'
        when coverage.is_measured or coverage.feed is null then 'ok'
        else 'partial'
    end as status                                                    -- 状态 | status | ok, partial or none #aggregate
from ref.feed as feed
left join received on feed.feed = received.feed
left join ambiguous on feed.feed = ambiguous.feed
left join latest on feed.feed = latest.feed
left join told on true
left join ref.coverage_term as coverage on feed.feed = coverage.feed and told.term = coverage.term
where feed.is_expected or received.files is not null
