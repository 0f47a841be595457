-- One row for each piece of feedback and step of its way: raised, triaged, answered, acted on, told, confirmed.
--
-- A step is known to be taken where its time is given, where a later one was taken, or where the ticket's status says so;
-- it is known not to be taken only where the system notes that step at all.  A comment of a survey is raised and, as no
-- system follows it further, its other steps are empty; a campaign that answers comments files them as tickets.
--
-- grain: source, feedback_key, step
-- check steps_are_numbered: position between 1 and 6
-- check no_step_before_it_was_raised: days_from_raised >= 0

with piece as (
    select
        'ticket' as source,
        ticket_key as feedback_key,
        patron_key,
        unit,
        status,
        opened_at,
        triaged_at,
        answered_at,
        acted_at,
        told_at,
        confirmed_at
    from clean.ticket
    union all
    select
        'survey' as source,
        concat(answer.survey, ' ', answer.response_key) as feedback_key,
        min(response.patron_key) as patron_key,
        cast(null as varchar) as unit,
        'open' as status,
        min(response.submitted_at) as opened_at,
        cast(null as timestamp) as triaged_at,
        cast(null as timestamp) as answered_at,
        cast(null as timestamp) as acted_at,
        cast(null as timestamp) as told_at,
        cast(null as timestamp) as confirmed_at
    from raw.survey_answer as answer
    join clean.response as response on answer.survey = response.survey and answer.response_key = response.response_key
    where answer.facet = 'text' and answer.answer_text is not null and response.submitted_at is not null
    group by answer.survey, answer.response_key
),

step as (
    select step, position
    from (values ('raised', 1), ('triaged', 2), ('answered', 3), ('acted', 4), ('told', 5), ('confirmed', 6)) as listed (step, position)
),

walked as (
    select
        piece.source,
        piece.feedback_key,
        piece.patron_key,
        piece.unit,
        piece.opened_at,
        step.step,
        step.position,
        case step.step
            when 'raised' then piece.opened_at
            when 'triaged' then piece.triaged_at
            when 'answered' then piece.answered_at
            when 'acted' then piece.acted_at
            when 'told' then piece.told_at
            when 'confirmed' then piece.confirmed_at
        end as reached_at,
        step.step = 'answered' and piece.status in ('answered', 'closed') as is_said
    from piece
    cross join step
),

reached as (
    select
        *,
        max(case when reached_at is not null or is_said then 1 else 0 end)
            over (partition by source, feedback_key order by position desc rows between unbounded preceding and current row) = 1 as is_taken,
        max(case when reached_at is not null or is_said then 1 else 0 end) over (partition by source, step) = 1 as is_noted
    from walked
)

select
    source,                                                                      -- 来源 | source | ticket or survey
    feedback_key,                                                                -- 反馈编号 | feedback | the ticket, or the survey and its response
    step,                                                                        -- 环节 | step | raised, triaged, answered, acted, told or confirmed
    position,                                                                    -- 次序 | position | 1 to 6
    patron_key,
    unit,
    cast(opened_at as date) as raised_on,                                        -- 提出日期 | raised on
    reached_at,                                                                  -- 到达时间 | reached at | empty where the step was not taken, or when is not known
    case when is_taken then true when is_noted then false end as is_reached,     -- 是否到达 | reached | empty where the site's system does not note the step
    date_diff('day', opened_at, reached_at) as days_from_raised                  -- 距提出天数 | days from raised | calendar days; empty where the time is unknown
from reached
