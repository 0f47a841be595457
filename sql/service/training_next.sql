-- One row for each student here in the latest term: the training to meet next in their stage of study.
--
-- The next lesson is the first of the stage's curriculum that they have not attended and whose predecessor they have.
-- Only attendance that an export says by name counts, from the first export on; a lesson counts however often, and
-- one of two stages by the same series in both.  Without a single such attendance of any lesson nothing was measured and
-- nobody has a row.
--
-- grain: patron_key
-- check nobody_attended_more_than_there_is: lessons_attended <= lessons

with latest as (
    select roster.term
    from fact.roster as roster
    join ref.term as term on roster.term = term.term
    group by roster.term, term.starts_on
    qualify row_number() over (order by term.starts_on desc) = 1
),

attended as (
    select distinct attendance.patron_key, lesson.lesson
    from clean.attendance as attendance
    join ref.training as lesson on attendance.series = lesson.series
    where attendance.attendance = 'attended'
),

heard as (
    select count(*) as times
    from attended
),

owed as (
    select
        roster.patron_key,
        roster.term,
        roster.stage,
        roster.college,
        roster.term_number,
        lesson.lesson,
        lesson.label_zh,
        lesson.label_en,
        lesson.position,
        lesson.due_term,
        attended.lesson is not null as is_attended,
        lesson.after is null or before.lesson is not null as is_open
    from fact.roster as roster
    join latest on roster.term = latest.term
    join ref.training as lesson on roster.stage = lesson.stage
    cross join heard
    left join attended on roster.patron_key = attended.patron_key and lesson.lesson = attended.lesson
    left join attended as before on roster.patron_key = before.patron_key and lesson.after = before.lesson
    where roster.is_exposed and heard.times > 0
),

placed as (
    select
        *,
        count(*) over (partition by patron_key) as lessons,
        count(*) filter (where is_attended) over (partition by patron_key) as lessons_attended,
        row_number() over (
            partition by patron_key
            order by case when is_attended then 2 when is_open then 0 else 1 end, position, lesson
        ) as place
    from owed
)

select
    patron_key,
    term,
    stage,
    college,
    cast(lessons as bigint) as lessons,                                                -- 主题数 | lessons | of the stage's curriculum
    cast(lessons_attended as bigint) as lessons_attended,                              -- 已参加主题数 | lessons attended | of them
    case when not is_attended then lesson end as lesson,                               -- 下一主题 | next lesson | empty where all have been attended
    case when not is_attended then label_zh end as label_zh,                         -- 中文名 | Chinese name
    case when not is_attended then label_en end as label_en,                         -- 英文名 | English name
    case when not is_attended then term_number >= due_term end as is_due             -- 是否应修 | due | whether the term in which it should be attended has come; empty where the entry is unknown
from placed
where place = 1
