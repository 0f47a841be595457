-- One row for each person, term and month with an event they registered for or came to.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

with event as (
    select
        patron_key,
        held_on,
        attendance,
        case when attendance = 'attended' and event_type = 'training' then 1 else 0 end as is_training,
        coalesce(cast(attended_minutes as decimal(18, 2)), cast(60 * credit_hours as decimal(18, 2))) as minutes
    from clean.attendance
)

select
    event.patron_key,
    calendar.term,
    cast(date_trunc('month', event.held_on) as date) as month,                                   -- 月份 | month | its first day
    count(*) as events_registered,                                                               -- 报名场次 | events registered | also those come to without registering
    count(*) filter (where event.attendance = 'attended') as events_attended,                    -- 参加场次 | events attended | only where it says so
    count(*) filter (where event.attendance = 'absent') as events_missed,                        -- 缺席场次 | events missed | only where it says so
    coalesce(sum(case when event.is_training = 1 then event.minutes end), 0) as training_minutes,  -- 培训时长 | training minutes | from start to end; the hours credited where those are unknown
    count(*) filter (where event.is_training = 1 and event.minutes is null) as untimed_trainings   -- 时长未知培训 | trainings of unknown length
from event
join ref.calendar_day as calendar on event.held_on = calendar.day
where calendar.term is not null
group by all
