-- One row for each response that counts: a person's last to a survey, with the college they belong to.
--
-- grain: survey, response_key

with response as (
    select
        survey,
        response_key,
        min(patron_key) as patron_key,
        min(stated_college) as stated_college,
        min(submitted_at) as submitted_at
    from raw.survey_answer
    group by survey, response_key
),

last_response as (
    select *
    from (
        select
            *,
            row_number() over (partition by survey, coalesce(patron_key, response_key) order by submitted_at desc, response_key desc) as recency
        from response
    ) as ranked
    where recency = 1
)

select
    last_response.survey,
    last_response.response_key,
    last_response.patron_key,
    last_response.submitted_at,
    coalesce(enrolment.college, last_response.stated_college) as college,  -- 学院 | college | from the enrolment where the person is known, else as stated
    enrolment.level
from last_response
left join clean.enrolment as enrolment
    on last_response.patron_key = enrolment.patron_key
    and cast(last_response.submitted_at as date) >= enrolment.valid_from
    and cast(last_response.submitted_at as date) < enrolment.valid_to
