-- One row for each term, group of feedback and step: how much of what was raised in the term came so far, and how soon.
--
-- Groups are everything of a source, its themes and the units it was given to.  Where it was lost is said by `dropped`:
-- what took the last step that the system notes before this one and not this one, be it refused, forgotten or still under way.
--
-- grain: term, source, group_type, group_code, step
-- persons: pieces
-- check no_more_than_were_raised: reached <= pieces and dropped <= pieces
-- check reached_share_is_a_share: reached_share between 0 and 1

with grouped as (
    select source, feedback_key, 'all' as group_type, source as group_code
    from service.feedback_step
    where step = 'raised'
    union all
    select source, feedback_key, 'theme' as group_type, theme as group_code
    from fact.feedback_theme
    union all
    select source, feedback_key, 'unit' as group_type, unit as group_code
    from service.feedback_step
    where step = 'raised' and unit is not null
),

followed as (
    select
        source,
        feedback_key,
        step,
        position,
        raised_on,
        is_reached,
        days_from_raised,
        coalesce(lag(is_reached) over (partition by source, feedback_key, is_reached is not null order by position), false) as came_before
    from service.feedback_step
),

counted as (
    select
        calendar.term,
        grouped.source,
        grouped.group_type,
        grouped.group_code,
        followed.step,
        followed.position,
        count(*) as pieces,
        count(*) filter (where followed.is_reached) as reached,
        count(*) filter (where followed.came_before and not followed.is_reached) as dropped,
        count(followed.is_reached) > 0 as is_noted,
        median(followed.days_from_raised) as days_median
    from grouped
    join followed on grouped.source = followed.source and grouped.feedback_key = followed.feedback_key
    join ref.calendar_day as calendar on followed.raised_on = calendar.day
    where calendar.term is not null
    group by calendar.term, grouped.source, grouped.group_type, grouped.group_code, followed.step, followed.position
)

select
    term,                                                                     -- 学期 | term | in which it was raised #aggregate
    source,                                                                   -- 来源 | source | ticket or survey #aggregate
    group_type,                                                               -- 组别 | kind of group | all, theme or unit #aggregate
    group_code,                                                               -- 组 | group | the source, a theme of ref.theme, or a unit of the library #aggregate
    step,                                                                     -- 环节 | step | raised, triaged, answered, acted, told or confirmed #aggregate
    position,                                                                 -- 次序 | position #aggregate
    pieces,                                                                   -- 件数 | pieces | raised #aggregate
    case when is_noted then reached end as reached,                           -- 到达件数 | reached | empty where the step is not noted #aggregate #part
    case when is_noted then dropped end as dropped,                           -- 中断件数 | dropped | came to the step before and not to this one #aggregate #part
    case when is_noted then cast(reached as double) / nullif(pieces, 0) end as reached_share,  -- 到达率 | reached share | of the pieces raised #aggregate
    days_median                                                               -- 天数中位数 | median days | from raised, of those whose time is known #aggregate
from counted
