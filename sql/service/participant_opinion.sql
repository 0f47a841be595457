-- One row for each survey and item: what readers say who come to events or serve, beside others like them who do neither.
--
-- Alike are readers of one level group who came on about as many days of the term; those who take part count as they are,
-- the others as often as there are participants like them, and who has no counterpart is left out.  Taking part need not be
-- the cause, since whoever feels at home takes part.  Whether readers feel they belong is told here once a questionnaire asks it.
--
-- grain: survey, item
-- persons: participants
-- check a_mean_is_of_some: mean_of_others is null or others > 0

with answered as (
    select
        answer.survey,
        answer.item,
        cast(answer.answer_value as decimal(18, 6)) as answer_value,
        individual.level_group,
        case
            when individual.visit_days is null then 'unknown'
            when individual.visit_days = 0 then 'none'
            when individual.visit_days < 5 then 'few'
            when individual.visit_days < 20 then 'some'
            else 'many'
        end as visits,
        volunteer.patron_key is not null or coalesce(individual.events_attended, 0) > 0 as takes_part
    from clean.answer as answer
    join ref.calendar_day as calendar on cast(answer.submitted_at as date) = calendar.day
    join portrait.individual as individual on answer.patron_key = individual.patron_key and calendar.term = individual.term
    left join service.volunteer as volunteer on answer.patron_key = volunteer.patron_key and calendar.term = volunteer.term
    where individual.is_exposed
),

alike as (
    select
        survey,
        item,
        level_group,
        visits,
        count(*) filter (where takes_part) as participants,
        count(*) filter (where not takes_part) as others,
        sum(answer_value) filter (where takes_part) as of_participants,
        sum(answer_value) filter (where not takes_part) as of_others
    from answered
    group by survey, item, level_group, visits
    having count(*) filter (where takes_part) > 0 and count(*) filter (where not takes_part) > 0
),

compared as (
    select
        survey,
        item,
        cast(sum(participants) as bigint) as participants,
        cast(sum(others) as bigint) as others,
        cast(sum(of_participants) as double) / nullif(sum(participants), 0) as mean_of_participants,
        -- With nine decimals, so that the sum does not depend on the order of its terms.
        cast(sum(cast(participants * cast(of_others as double) / nullif(others, 0) as decimal(28, 9))) as double) / nullif(sum(participants), 0) as mean_of_others
    from alike
    group by survey, item
)

select
    compared.survey,
    compared.item,
    compared.participants,                                                                    -- 参与者人数 | participants | with a counterpart #aggregate
    case when compared.others >= site.small_cell then compared.others end as others,          -- 对照人数 | others | alike, who did not take part #aggregate #people
    case when compared.others >= site.small_cell then compared.mean_of_participants end as mean_of_participants,  -- 参与者均值 | mean of participants | of their answers #aggregate #even
    case when compared.others >= site.small_cell then compared.mean_of_others end as mean_of_others,  -- 对照均值 | mean of others | weighted as the participants are spread #aggregate #even
    case
        when compared.others >= site.small_cell then compared.mean_of_participants - compared.mean_of_others
    end as difference                                                                         -- 差异 | difference | of the two means #aggregate #index
from compared
cross join ref.site as site
