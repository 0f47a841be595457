-- One row for each ticket, as far as it has come.
--
-- grain: ticket_key
-- check an_answer_follows_its_question: days_to_answer >= 0

with latest as (
    select
        ticket.ticket_key,
        coalesce(card.patron_key, ticket.patron_key) as patron_key,
        ticket.channel,
        ticket.category,
        ticket.unit,
        ticket.opened_at,
        case when ticket.triaged_at >= ticket.opened_at then ticket.triaged_at end as triaged_at,
        case when ticket.answered_at >= ticket.opened_at then ticket.answered_at end as answered_at,
        case when ticket.acted_at >= ticket.opened_at then ticket.acted_at end as acted_at,
        case when ticket.told_at >= ticket.opened_at then ticket.told_at end as told_at,
        case when ticket.confirmed_at >= ticket.opened_at then ticket.confirmed_at end as confirmed_at,
        case when ticket.closed_at >= ticket.opened_at then ticket.closed_at end as closed_at,
        ticket.status,
        ticket.rating
    from raw.ticket as ticket
    left join clean.patron_identifier as card
        on ticket.patron_key = card.identifier_key
        and ticket.opened_at >= card.valid_from
        and ticket.opened_at < card.valid_to
    qualify row_number() over (
        partition by ticket.ticket_key
        order by case ticket.status when 'closed' then 1 when 'answered' then 2 else 3 end,
            case when ticket.answered_at is null then 1 else 0 end, ticket.answered_at desc,
            case when ticket.rating is null then 1 else 0 end, ticket.source_file, ticket.source_record
    ) = 1
)

select
    ticket_key,
    patron_key,
    channel,
    category,
    unit,
    opened_at,
    cast(opened_at as date) as opened_on,                        -- 提交日期 | opened on
    triaged_at,                                                  -- 受理时间 | triaged at | empty, like every later time, where it lies before the question
    answered_at,                                                 -- 答复时间 | answered at | empty where it lies before the question
    acted_at,                                                    -- 整改时间 | acted at
    told_at,                                                     -- 告知时间 | told at
    confirmed_at,                                                -- 确认时间 | confirmed at
    closed_at,                                                   -- 办结时间 | closed at | empty where it lies before the question
    status,
    date_diff('day', opened_at, answered_at) as days_to_answer,  -- 答复天数 | days to answer | calendar days, 0 on the same day; empty while there is no dated answer
    rating
from latest
