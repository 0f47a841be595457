-- One row for each college, stage of study and training lesson: how many of those in the stage have met it.
--
-- Of the students here in the latest term, as in service.training_next; `everyone` stands for all colleges together.
--
-- grain: college, stage, lesson
-- persons: persons
-- check a_share_is_a_share: attended_share between 0 and 1

with student as (
    select patron_key, stage, college
    from service.training_next
    union all
    select patron_key, stage, 'everyone' as college
    from service.training_next
),

attended as (
    select distinct attendance.patron_key, lesson.lesson
    from clean.attendance as attendance
    join ref.training as lesson on attendance.series = lesson.series
    where attendance.attendance = 'attended'
)

select
    student.college,                                                          -- 学院 | college | or everyone #aggregate
    student.stage,                                                            -- 学段 | stage #aggregate
    lesson.lesson,                                                              -- 主题 | lesson #aggregate
    min(lesson.position) as position,                                          -- 次序 | position #aggregate
    min(lesson.label_zh) as label_zh,                                          -- 中文名 | Chinese name #aggregate
    min(lesson.label_en) as label_en,                                          -- 英文名 | English name #aggregate
    count(*) as persons,                                                      -- 人数 | people | in the stage #aggregate
    count(attended.lesson) as attended,                                        -- 已参加人数 | people who have attended #aggregate #part
    cast(count(attended.lesson) as double) / nullif(count(*), 0) as attended_share  -- 覆盖率 | share who have attended #aggregate
from student
join ref.training as lesson on student.stage = lesson.stage
left join attended on student.patron_key = attended.patron_key and lesson.lesson = attended.lesson
group by student.college, student.stage, lesson.lesson
