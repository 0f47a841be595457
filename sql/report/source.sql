-- One row for each feed: what came, what was refused, and how much of the reported term it covers.
--
-- grain: feed

with received as (
    select
        feed,
        count(*) as files,
        sum(records) as records,
        sum(loaded) as loaded,
        sum(duplicates) as duplicates,
        sum(rejected) as rejected
    from ledger.file
    where status = 'loaded'
    group by feed
),

named as (
    select 'enrolment' as feed, 'enrolment' as ledger_feed, 0 as position, '学籍' as label_zh, 'enrolment' as label_en
    union all
    select feed, case when feed = 'gate' then 'gate_event' when feed = 'space' then 'space_booking' else feed end as ledger_feed, position, label_zh, label_en
    from ref.feed
    union all
    select 'survey' as feed, 'survey_answer' as ledger_feed, 9 as position, '问卷' as label_zh, 'survey' as label_en
),

told as (
    select max(term) as term
    from report.college
),

latest as (
    select feed, max(day) as last_day
    from ref.received_day
    group by feed
)

select
    named.feed,                                                      -- 数据源 | feed #aggregate
    named.position,                                                  -- 次序 | position #aggregate
    named.label_zh,                                                  -- 中文名 | Chinese name #aggregate
    named.label_en,                                                  -- 英文名 | English name #aggregate
    cast(coalesce(received.files, 0) as bigint) as files,            -- 文件数 | files #aggregate
    cast(coalesce(received.records, 0) as bigint) as records,        -- 记录数 | records #aggregate
    cast(coalesce(received.loaded, 0) as bigint) as loaded,          -- 装载数 | loaded #aggregate
    cast(coalesce(received.duplicates, 0) as bigint) as duplicates,  -- 重复数 | duplicates #aggregate
    cast(coalesce(received.rejected, 0) as bigint) as rejected,      -- 拒收数 | rejected #aggregate
    latest.last_day,                                                 -- 最新日期 | last day #aggregate
    coverage.coverage,                                               -- 覆盖率 | coverage | of the reported term #aggregate
    case
        when received.files is null then 'none'
        when coverage.is_measured or coverage.feed is null then 'ok'
        else 'partial'
    end as status                                                    -- 状态 | status | ok, partial or none #aggregate
from named
left join received on named.ledger_feed = received.feed
left join latest on named.feed = latest.feed
left join told on true
left join ref.coverage_term as coverage on named.feed = coverage.feed and told.term = coverage.term
