-- One row for each college, stage of study and training topic: how many of those in the stage have met it.
--
-- Of the students here in the latest term, as in service.training_next; `everyone` stands for all colleges together.
--
-- grain: college, stage, topic
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
    select distinct attendance.patron_key, topic.topic
    from clean.attendance as attendance
    join ref.training as topic on attendance.series = topic.series
    where attendance.attendance = 'attended'
)

select
    student.college,                                                          -- 学院 | college | or everyone #aggregate
    student.stage,                                                            -- 学段 | stage #aggregate
    topic.topic,                                                              -- 主题 | topic #aggregate
    min(topic.position) as position,                                          -- 次序 | position #aggregate
    min(topic.label_zh) as label_zh,                                          -- 中文名 | Chinese name #aggregate
    min(topic.label_en) as label_en,                                          -- 英文名 | English name #aggregate
    count(*) as persons,                                                      -- 人数 | people | in the stage #aggregate
    count(attended.topic) as attended,                                        -- 已参加人数 | people who have attended #aggregate
    cast(count(attended.topic) as double) / nullif(count(*), 0) as attended_share  -- 覆盖率 | share who have attended #aggregate
from student
join ref.training as topic on student.stage = topic.stage
left join attended on student.patron_key = attended.patron_key and topic.topic = attended.topic
group by student.college, student.stage, topic.topic
