-- One row for each answer to one item of a survey; of several chosen options each is a row.
--
-- feed survey: 问卷 | survey | expected
-- grain: survey, response_key, item, facet, answer_text
-- happened: submitted_at
-- due: 400 days
-- purpose: recommendation, research
-- expect ColumnValuesToBeInSet: {column: facet, value_set: [value, minimum, desired, perceived, option, text]}
-- expect ColumnValuesToBeBetween: {column: answer_value, min_value: 0, max_value: 110}

create table raw.survey_answer (
    survey           varchar not null,  -- 问卷 | survey | which survey, as wave or year
    response_key     varchar not null,  -- 答卷 | response
    patron_key       varchar,           -- 读者假名 | patron | empty where the survey is anonymous #pseudonym
    stated_college   varchar,           -- 自报学院 | stated college | what the respondent says; used where the person is unknown #quasi_identifier
    stated_level     varchar,           -- 自报层次 | stated level #quasi_identifier
    submitted_at     timestamp,         -- 提交时间 | submitted at
    duration_seconds integer,           -- 所用时间 | duration | in seconds
    item             varchar not null,  -- 题项 | item | a short code of the question
    facet            varchar not null,  -- 方面 | facet | which kind of answer it is: value, minimum, desired, perceived, option or text
    answer_value     decimal(9, 3),     -- 分值 | value | the answer as a number
    answer_text      varchar            -- 文本 | text | the answer in words, where the preset keeps it #sensitive
);
