-- One row for each feed: what came, what was refused, and how much of the reported term it covers.
--
-- Gates, circulation and space booking are always listed; any other feed once a file of it has come.  Records of readers
-- who were erased are as if they had never come: how many one had would be told by their number.
--
-- grain: feed
-- persons: none

with part as (
    select feed as ledger_feed, feed
    from ledger.file
    where feed not in ('gate_event', 'visit_summary', 'loan_event', 'space_booking', 'count_reading', 'resource_access', 'event_attendance', 'survey_answer')
    group by feed
    union all
    select ledger_feed, feed
    from (
        values
            ('gate_event', 'gate'),
            ('visit_summary', 'gate'),
            ('loan_event', 'loan'),
            ('space_booking', 'space'),
            ('count_reading', 'counter'),
            ('resource_access', 'e_resource'),
            ('event_attendance', 'event'),
            ('survey_answer', 'survey')
    ) as renamed (ledger_feed, feed)
),

erased as (
    select feed, source_file, count(distinct record) as records
    from ledger.reject
    where reason = 'erased'
    group by feed, source_file
),

received as (
    select
        part.feed,
        count(*) as files,
        sum(file.records - coalesce(erased.records, 0)) as records,
        sum(file.loaded) as loaded,
        sum(file.duplicates) as duplicates,
        sum(file.rejected - coalesce(erased.records, 0)) as rejected
    from ledger.file as file
    join part on file.feed = part.ledger_feed
    left join erased on file.feed = erased.feed and file.source_file = erased.source_file
    where file.status = 'loaded'
    group by part.feed
),

known as (
    select feed, position, label_zh, label_en, is_expected
    from ref.feed
    union all
    select feed, position, label_zh, label_en, is_expected
    from (
        values
            ('enrolment', 0, '学籍', 'enrolment', true),
            ('survey', 9, '问卷', 'survey', true),
            ('resource_usage', 10, '电子资源统计', 'resource statistics', false),
            ('hold', 11, '图书预约', 'holds', false),
            ('ticket', 12, '读者反馈', 'feedback', false),
            ('contact', 13, '推送记录', 'contacts', false),
            ('course', 14, '课程', 'courses', false),
            ('published_count', 15, '已公布统计', 'published statistics', false),
            ('title_circulation', 16, '借阅排行', 'loan rankings', false)
    ) as other (feed, position, label_zh, label_en, is_expected)
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

met as (
    select 'gate' as feed, patron_key as identifier_key from raw.gate_event
    union all
    select 'gate' as feed, patron_key as identifier_key from raw.visit_summary
    union all
    select 'loan' as feed, patron_key as identifier_key from raw.loan
    union all
    select 'loan' as feed, patron_key as identifier_key from raw.loan_event
    union all
    select 'space' as feed, patron_key as identifier_key from raw.space_booking
    union all
    select 'e_resource' as feed, patron_key as identifier_key from raw.resource_access
    union all
    select 'hold' as feed, patron_key as identifier_key from raw.hold
    union all
    select 'event' as feed, patron_key as identifier_key from raw.event_attendance
    union all
    select 'consultation' as feed, patron_key as identifier_key from raw.consultation
    union all
    select 'contribution' as feed, patron_key as identifier_key from raw.contribution
),

ambiguous as (
    select met.feed, count(*) as records
    from met
    join clean.shared_identifier as shared on met.identifier_key = shared.identifier_key
    group by met.feed
)

select
    known.feed,                                                      -- 数据源 | feed #aggregate
    known.position,                                                  -- 次序 | position #aggregate
    known.label_zh,                                                  -- 中文名 | Chinese name #aggregate
    known.label_en,                                                  -- 英文名 | English name #aggregate
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
from known
left join received on known.feed = received.feed
left join ambiguous on known.feed = ambiguous.feed
left join latest on known.feed = latest.feed
left join told on true
left join ref.coverage_term as coverage on known.feed = coverage.feed and told.term = coverage.term
where known.is_expected or received.files is not null
