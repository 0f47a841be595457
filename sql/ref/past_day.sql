-- One row for each day of the calendar that is over: before the last day received.
--
-- grain: day

select calendar.day
from ref.calendar_day as calendar
join ref.horizon as horizon on calendar.day < horizon.as_of
