-- One row for each college and term: what its members wrote to the library, and how much of it waits for an answer.
--
-- Feedback sent without a name belongs to no college and is not counted.
--
-- grain: college, term
-- persons: persons
-- check open_are_of_what_was_raised: unanswered <= raised

select
    roster.college,                                                        -- 学院 | college #aggregate
    calendar.term,                                                         -- 学期 | term #aggregate
    count(distinct ticket.patron_key) as persons,                          -- 人数 | people | who wrote #aggregate
    count(*) as raised,                                                    -- 提交数 | raised #aggregate
    count(*) filter (where ticket.answered_at is null) as unanswered,      -- 未答复数 | unanswered #aggregate #part
    count(*) filter (where ticket.status <> 'closed') as unfinished        -- 未办结数 | unfinished | not closed #aggregate #part
from clean.ticket as ticket
join ref.calendar_day as calendar on ticket.opened_on = calendar.day
join fact.roster as roster on ticket.patron_key = roster.patron_key and calendar.term = roster.term
where roster.college is not null
group by roster.college, calendar.term
