-- One row for each question in each kind of source; what staff noted of a chat stands beside its transcript.
--
-- The two kinds count the same questions differently, so nothing may add them: fact.consultation_month keeps them apart.
--
-- grain: source_kind, consultation_key
-- rebuild: month(opened_on)
-- reads raw.consultation: opened_at, whole consultation_key
-- follows clean.patron_identifier: patron_key
-- check a_question_ends_after_it_begins: closed_at >= opened_at

with latest as (
    select
        consultation.source_kind,
        consultation.consultation_key,
        coalesce(card.patron_key, consultation.patron_key) as patron_key,
        consultation.channel,
        consultation.opened_at,
        case when consultation.closed_at >= consultation.opened_at then consultation.closed_at end as closed_at,
        consultation.read_level,
        consultation.topic,
        consultation.outcome,
        consultation.rating,
        consultation.turns
    from raw.consultation as consultation
    left join clean.patron_identifier as card
        on consultation.patron_key = card.identifier_key
        and consultation.opened_at >= card.valid_from
        and consultation.opened_at < card.valid_to
    qualify row_number() over (
        partition by consultation.source_kind, consultation.consultation_key
        order by case when consultation.closed_at is null then 1 else 0 end, consultation.closed_at desc,
            case when consultation.outcome is null then 1 else 0 end, consultation.source_file, consultation.source_record
    ) = 1
)

select
    source_kind,
    consultation_key,
    patron_key,
    channel,
    opened_at,
    cast(opened_at as date) as opened_on,                             -- 提问日期 | opened on
    closed_at,                                                        -- 结束时间 | closed at | empty where it lies before the question
    date_diff('minute', opened_at, closed_at) as consultation_minutes,  -- 咨询时长 | length | minutes from question to end, where the end is known
    read_level,
    read_level >= 3 as is_reference,                                  -- 是否参考咨询 | reference work | READ level 3 and above; empty where no level was noted
    topic,
    outcome,
    rating,
    turns
from latest
