-- One row for each answer that counts as one number: of a person's last response to a survey, with their college.
--
-- Chosen options and texts stay in raw.survey_answer; minimum, desired and perceived service is in clean.gap.
--
-- grain: survey, response_key, item

select
    answer.survey,
    answer.response_key,
    answer.item,
    response.patron_key,
    response.submitted_at,
    response.college,
    response.level,
    max(answer.answer_value) as answer_value  -- 分值 | value | the answer as a number
from raw.survey_answer as answer
join clean.response as response on answer.survey = response.survey and answer.response_key = response.response_key
where answer.answer_value is not null and answer.facet = 'value'
group by all
