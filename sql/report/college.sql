-- One row for each college that a report is written for, with the term it tells of.
--
-- The term is the latest in which some feed that knows people was measured and four weeks or more were received.
--
-- grain: college
-- persons: persons
-- counts: members

with told as (
    select term.term, term.label_zh, term.label_en, term.starts_on, term.ends_on
    from ref.term as term
    join ref.coverage_term as coverage on term.term = coverage.term
    where coverage.is_measured and coverage.open_days >= 28 and coverage.feed <> 'counter'
    qualify row_number() over (order by term.starts_on desc, coverage.feed) = 1
),

member as (
    select department.college, department.term, department.persons
    from portrait.department as department
    join told on department.term = told.term
),

respondent as (
    select college, max(persons) as persons
    from report.survey
    group by college
),

named as (
    select college from member
    union
    select college from respondent
)

select
    named.college,                                                           -- 学院 | college #aggregate
    coalesce(english.label_en, named.college) as college_label_en,                 -- 学院英文名 | college in English | the Chinese one where the site has said none #aggregate
    told.term,                                                               -- 学期 | term #aggregate
    told.label_zh as term_label_zh,                                          -- 学期中文名 | term in Chinese #aggregate
    told.label_en as term_label_en,                                          -- 学期英文名 | term in English #aggregate
    coalesce(member.persons, respondent.persons) as persons,                 -- 人数 | people | members, or respondents where no roster is held #aggregate
    member.persons as members,                                               -- 在册人数 | members | empty where no roster is held #aggregate #people
    count(*) over () as colleges,                                            -- 学院数 | colleges #aggregate
    told.starts_on as first_day,                                             -- 起 | from #aggregate
    least(told.ends_on, horizon.as_of) as last_day                           -- 止 | until #aggregate
from named
left join ref.college as english on named.college = english.college
left join told on true
left join ref.horizon as horizon on true
left join member on named.college = member.college
left join respondent on named.college = respondent.college
