-- The last day on which any feed says something: every portrait is drawn as of this day.
--
-- grain: as_of

select
    min(received.day) as first_day,  -- 首日 | first day | of all that was received #aggregate
    max(received.day) as as_of       -- 截至日期 | as of | the last day received #aggregate
from ref.received_day as received
join ref.calendar_day as calendar on received.day = calendar.day
