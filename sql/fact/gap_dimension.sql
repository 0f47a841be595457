-- One row for each survey, group and dimension of service (LibQUAL+): the mean over persons of each person's own mean.
--
-- A person weighs the same however many items they were asked.
--
-- grain: survey, group_type, group_code, dimension
-- persons: persons

with person as (
    select
        survey,
        response_key,
        min(college) as college,
        dimension,
        avg(minimum) as minimum,
        avg(desired) as desired,
        avg(perceived) as perceived,
        avg(adequacy) as adequacy,
        avg(superiority) as superiority
    from clean.gap
    where dimension is not null and minimum is not null and desired is not null and perceived is not null
    group by survey, response_key, dimension
),

grouped as (
    select survey, 'cohort' as group_type, 'everyone' as group_code, dimension, minimum, desired, perceived, adequacy, superiority
    from person
    union all
    select survey, 'college' as group_type, coalesce(college, '未知 unknown') as group_code, dimension, minimum, desired, perceived, adequacy, superiority
    from person
)

select
    survey,                                                      -- 问卷 | survey #aggregate
    group_type,                                                  -- 组别 | kind of group | cohort or college #aggregate
    group_code,                                                  -- 组 | group | everyone, or the name of a college #aggregate
    dimension,                                                   -- 维度 | dimension | AS affect of service, IC information control, LP library as place #aggregate
    count(*) as persons,                                         -- 人数 | people | who rated an item of the dimension in all three ways #aggregate
    avg(cast(minimum as decimal(18, 9))) as minimum_mean,        -- 最低可接受均值 | mean minimum #aggregate #even
    avg(cast(desired as decimal(18, 9))) as desired_mean,        -- 期望均值 | mean desired #aggregate #even
    avg(cast(perceived as decimal(18, 9))) as perceived_mean,    -- 实际感受均值 | mean perceived #aggregate #even
    avg(cast(adequacy as decimal(18, 9))) as adequacy_mean,      -- 适当度差均值 | mean adequacy gap | perceived less minimum #aggregate #even
    avg(cast(superiority as decimal(18, 9))) as superiority_mean -- 优势度差均值 | mean superiority gap | perceived less desired #aggregate #even
from grouped
group by survey, group_type, group_code, dimension
