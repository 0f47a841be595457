-- One row for each attendance that may be reported to the second classroom (第二课堂): by name, and long enough.
--
-- How long is enough is said by ref.second_classroom; an attendance of unknown length is not reported, and a kind of event
-- that is not listed there is not either.  Rows are made anew from what came: an attendance that an export takes back is
-- gone from here with the next run.
--
-- grain: event_key, patron_key
-- check enough_minutes: attended_minutes >= least_minutes

select
    attendance.event_key,
    attendance.patron_key,
    calendar.term,
    attendance.event_type,
    attendance.series,
    attendance.held_on,
    attendance.attended_minutes,
    rule.least_minutes,
    attendance.credit_hours
from clean.attendance as attendance
join ref.second_classroom as rule on attendance.event_type = rule.event_type
left join ref.calendar_day as calendar on attendance.held_on = calendar.day
where attendance.attendance = 'attended' and attendance.attended_minutes >= rule.least_minutes
