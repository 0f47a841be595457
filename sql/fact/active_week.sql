-- One row for each term and week with somebody active in it: how many they were.
--
-- grain: term, monday
-- rebuild: term(term)
-- persons: persons

select
    term,
    cast(date_trunc('week', day) as date) as monday,  -- 周一 | Monday | the week's first day
    count(distinct patron_key) as persons             -- 活跃人数 | active people | with any activity on a day of the week #aggregate
from fact.active_day
group by all
