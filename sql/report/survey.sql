-- One row for each college, survey and item: what its respondents answered in the latest wave of each survey.
--
-- Surveys are waves of one another if their names are the same but for a year and what follows it, as wjx_2024 and wjx_2025
-- are, or 满意度2024春 and 满意度2025年11月; the latest is the one that was answered last.  Any other number is part of a name.
--
-- An item that ref.survey_item does not name keeps its code for a label and takes its scale from the answers.
--
-- grain: college, survey, item
-- persons: persons

with wave as (
    select
        survey,
        coalesce(
            nullif(
                regexp_replace(survey, '[-_ .]*(19|20)[0-9]{2}([-_ ./年]*[0-9]{1,2})?[-_ ./年月日春夏秋冬季]*', '', 'g'),
                ''
            ),
            survey
        ) as series,
        max(submitted_at) as last_answered_at
    from clean.answer
    group by survey
),

latest as (
    select survey
    from wave
    qualify row_number() over (partition by series order by last_answered_at desc nulls last, survey desc) = 1
),

answered as (
    select
        answer.survey,
        regexp_extract(answer.survey, '^([A-Za-z]+)', 1) as survey_family,
        answer.item,
        coalesce(answer.college, '未知 unknown') as college,
        answer.answer_value,
        answer.submitted_at
    from clean.answer as answer
    join latest on answer.survey = latest.survey
),

observed as (
    select survey, item, min(answer_value) as lowest, max(answer_value) as highest
    from answered
    group by all
),

scaled as (
    select
        answered.survey,
        answered.item,
        answered.college,
        answered.answer_value,
        coalesce(item.position, 99) as position,
        coalesce(item.label_zh, answered.item) as label_zh,
        coalesce(item.label_en, answered.item) as label_en,
        coalesce(item.scale_max, observed.highest) as scale_max,
        coalesce(item.scale_min, observed.lowest) as scale_min
    from answered
    join observed on answered.survey = observed.survey and answered.item = observed.item
    left join ref.survey_item as item on answered.survey_family = item.survey_family and answered.item = item.item
),

counted as (
    select
        survey,
        item,
        college,
        min(position) as position,
        min(label_zh) as label_zh,
        min(label_en) as label_en,
        min(scale_max) as scale_max,
        count(*) as persons,
        sum(answer_value) as total,
        sum(answer_value * answer_value) as squares,
        count(*) filter (where answer_value >= scale_max - 1) as top2,
        count(*) filter (where answer_value <= scale_min + floor((scale_max - scale_min) / 2) - 1) as low
    from scaled
    group by survey, item, college
),

overall as (
    select
        survey,
        item,
        sum(total) as total,
        sum(persons) as persons
    from counted
    group by all
),

closing as (
    select survey, cast(max(submitted_at) as date) as closed_on
    from answered
    group by survey
),

asked as (
    select closing.survey, department.college, department.persons as members
    from closing
    join ref.calendar_day as calendar on closing.closed_on = calendar.day
    join portrait.department as department on calendar.term = department.term
)

select
    counted.college,                                                                                -- 学院 | college #aggregate
    counted.survey,                                                                                 -- 问卷 | survey #aggregate
    counted.item,                                                                                   -- 题项 | item #aggregate
    counted.position,                                                                               -- 次序 | position #aggregate
    counted.label_zh,                                                                               -- 中文名 | Chinese name #aggregate
    counted.label_en,                                                                               -- 英文名 | English name #aggregate
    cast(counted.scale_max as double) as scale_max,                                                 -- 最高分 | highest answer #aggregate
    counted.persons,                                                                                -- 答卷人数 | respondents #aggregate
    cast(counted.total as double) / nullif(counted.persons, 0) as mean,                             -- 均值 | mean #aggregate #even
    case when counted.persons > 1 then 196e-2 * sqrt(greatest(0, (cast(counted.squares as double) - cast(counted.total as double) * cast(counted.total as double) / nullif(counted.persons, 0))
        / nullif(counted.persons - 1, 0)) / nullif(counted.persons, 0)) end as half_width,            -- 95% 半宽 | half width | of the mean's 95 % interval #aggregate #index
    cast(counted.top2 as double) / nullif(counted.persons, 0) as top2_share,                        -- 前两档占比 | top-two share #aggregate
    cast(counted.low as double) / nullif(counted.persons, 0) as low_share,                          -- 低分占比 | low share | answers below the middle of the scale #aggregate
    cast(overall.total as double) / nullif(overall.persons, 0) as university_mean,                  -- 全校均值 | university mean #aggregate #even
    cast(overall.persons as bigint) as university_persons,                                          -- 全校答卷人数 | university respondents #aggregate #people
    cast(counted.persons as double) / nullif(asked.members, 0) as response_rate                     -- 回收率 | response rate | respondents over the college's members that term #aggregate #of_persons
from counted
join overall on counted.survey = overall.survey and counted.item = overall.item
left join asked on counted.survey = asked.survey and counted.college = asked.college
