-- One row for each response and item that was asked as minimum, desired and perceived service (LibQUAL+).
--
-- Nothing is imputed: an item not asked has no row, an item not rated has an empty gap.  A response is left out if
-- more than 11 of the 22 core items asked are not rated in full, or if on more than 9 its minimum is above its desired.
--
-- grain: survey, response_key, item
-- check dimension_is_known: dimension in ('AS', 'IC', 'LP')

with rated as (
    select
        answer.survey,
        answer.response_key,
        answer.item,
        case
            when regexp_matches(answer.item, '^(AS|IC|LP)[-_ ]?[0-9]') then left(answer.item, 2)
        end as dimension,
        max(case when answer.facet = 'minimum' then answer.answer_value end) as minimum,
        max(case when answer.facet = 'desired' then answer.answer_value end) as desired,
        max(case when answer.facet = 'perceived' then answer.answer_value end) as perceived
    from raw.survey_answer as answer
    where answer.facet in ('minimum', 'desired', 'perceived')
    group by answer.survey, answer.response_key, answer.item
),

judged as (
    select
        survey,
        response_key,
        count(*) as asked,
        count(*) filter (where minimum is null or desired is null or perceived is null) as unrated,
        count(*) filter (where minimum > desired) as contrary
    from rated
    where dimension is not null
    group by survey, response_key
)

select
    rated.survey,
    rated.response_key,
    rated.item,
    rated.dimension,                                   -- 维度 | dimension | AS affect of service, IC information control, LP library as place; empty for an item of the library's own
    response.patron_key,
    response.submitted_at,
    response.college,
    response.level,
    rated.minimum,                                     -- 最低可接受水平 | minimum | the least a person would accept
    rated.desired,                                     -- 期望水平 | desired | what a person would like
    rated.perceived,                                   -- 实际感受 | perceived | what a person finds
    rated.perceived - rated.minimum as adequacy,       -- 适当度差 | adequacy gap | perceived less minimum; below 0 is less than acceptable
    rated.perceived - rated.desired as superiority     -- 优势度差 | superiority gap | perceived less desired
from rated
join clean.response as response on rated.survey = response.survey and rated.response_key = response.response_key
left join judged on rated.survey = judged.survey and rated.response_key = judged.response_key
where not (coalesce(judged.asked, 0) >= 22 and judged.unrated > 11) and coalesce(judged.contrary, 0) <= 9
