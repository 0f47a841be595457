-- One row for each reader, term and service of which the reader has said that they want it, or do not.
--
-- The latest statement holds from the term in which it was made, for so many days as ref.contact_rule says; of several
-- in one answer sheet a wish counts.
--
-- grain: patron_key, term, service

with said as (
    select
        response.patron_key,
        answer.service,
        cast(response.submitted_at as date) as stated_on,
        max(case when answer.is_wanted then 1 else 0 end) = 1 as is_wanted
    from raw.survey_answer as given
    join ref.service_answer as answer
        on given.item = answer.item
        and (given.answer_text = answer.answer or cast(cast(given.answer_value as integer) as varchar) = answer.answer)
    join clean.response as response on given.survey = response.survey and given.response_key = response.response_key
    where response.patron_key is not null
    group by response.patron_key, answer.service, cast(response.submitted_at as date)
),

rule as (
    select max(value) as days
    from ref.contact_rule
    where rule = 'stated_need_days'
)

select
    said.patron_key,
    term.term,
    said.service,
    said.stated_on,                                   -- 表述日期 | stated on
    said.is_wanted                                    -- 是否需要 | wanted
from said
cross join rule
join ref.term as term
    on said.stated_on <= term.ends_on
    and (rule.days is null or date_diff('day', said.stated_on, term.starts_on) <= rule.days)
qualify row_number() over (
    partition by said.patron_key, term.term, said.service order by said.stated_on desc, said.is_wanted desc
) = 1
