-- One row for each survey: how its respondents were made like the roster of the term in which it closed, and at what price.
--
-- Respondents are raked on level group, year of study, college and use of the library that term (none, then thirds of
-- those who came); categories with fewer than 10 respondents are put together.  Raked weights are cut to 0.3 and 3 times
-- their mean and raked once more.  A respondent whose identity is not known has no use to weight by and stays out of
-- weighted figures.  A survey that cannot be weighted says why; its figures are unweighted and marked so.
--
-- grain: survey
-- persons: persons
-- check reason_where_not_weighted: is_weighted = (reason is null)
-- check matched_are_respondents: matched <= respondents
-- check deff_is_one_or_more: deff >= 0.999999

create table report.survey_weighting (
    survey         varchar not null,  -- 问卷 | survey
    term           varchar,           -- 学期 | term | the last that had begun when the survey closed; empty where the calendar does not reach back
    is_weighted    boolean not null,  -- 是否加权 | weighted
    reason         varchar,           -- 未加权原因 | reason | why it is not weighted
    margins        varchar,           -- 加权维度 | margins | what it was raked on, parted by spaces
    persons        bigint  not null,  -- 估计人数 | people behind the estimates | the matched where the survey is weighted, else all respondents
    respondents    bigint  not null,  -- 答卷人数 | respondents | one response a person #people
    matched        bigint  not null,  -- 匹配人数 | matched | respondents whose identity is known and who are on the roster of the term #people
    roster_persons bigint  not null,  -- 在册人数 | people on the roster | here in the term #people
    response_rate  double,            -- 回收率 | response rate | matched over the roster; too low by those who gave no number
    deff           double,            -- 设计效应 | design effect | Kish: n Σw² / (Σw)², 1 where weights are equal #index
    n_eff          double,            -- 有效样本量 | effective sample size | matched over the design effect #people
    weight_min     double,            -- 最小权重 | least weight | of mean 1 #index
    weight_max     double,            -- 最大权重 | largest weight | of mean 1, after cutting and raking once more #index
    largest_raked  double,            -- 截尾前最大权重 | largest weight before cutting #index
    is_bias_likely boolean            -- 是否提示偏差 | bias is likely | a weight above 5 before cutting: a kind of reader that hardly answered
);
