-- One row for each college and term: what its members wrote to the library, and how much of it waits for an answer.
--
-- Feedback sent without a name belongs to no college and is not counted.
--
-- grain: college, term
-- persons: persons
-- check open_are_of_what_was_raised: unanswered <= raised

with person as (
    select
        roster.college,
        calendar.term,
        ticket.patron_key,
        count(*) as raised,
        count(*) filter (where ticket.answered_at is null) as unanswered,
        count(*) filter (where ticket.status <> 'closed') as unfinished
    from clean.ticket as ticket
    join ref.calendar_day as calendar on ticket.opened_on = calendar.day
    join fact.roster as roster on ticket.patron_key = roster.patron_key and calendar.term = roster.term
    where roster.college is not null
    group by roster.college, calendar.term, ticket.patron_key
),

ranked as (
    select
        *,
        row_number() over (partition by college, term order by raised desc, patron_key) as raised_place,
        row_number() over (partition by college, term order by unanswered desc, patron_key) as unanswered_place,
        row_number() over (partition by college, term order by unfinished desc, patron_key) as unfinished_place
    from person
)

select
    college,                                                               -- 学院 | college #aggregate
    term,                                                                  -- 学期 | term #aggregate
    count(*) as persons,                                                   -- 人数 | people | who wrote #aggregate
    cast(sum(raised) as bigint) as raised,                                 -- 提交数 | raised #aggregate
    cast(sum(unanswered) as bigint) as unanswered,                         -- 未答复数 | unanswered #aggregate
    cast(sum(unfinished) as bigint) as unfinished,                         -- 未办结数 | unfinished | not closed #aggregate
    cast(max(raised) as double) / nullif(sum(raised), 0) as raised_largest_share,  -- 提交最多者占比 | share of who raised most | never leaves #aggregate
    cast(sum(raised) filter (where raised_place <= 2) as double) / nullif(sum(raised), 0) as raised_two_largest_share,  -- 提交最多两者占比 | share of the two who raised most | never leaves #aggregate
    cast(max(unanswered) as double) / nullif(sum(unanswered), 0) as unanswered_largest_share,  -- 未答复最多者占比 | share of who waits for most answers | never leaves #aggregate
    cast(sum(unanswered) filter (where unanswered_place <= 2) as double) / nullif(sum(unanswered), 0) as unanswered_two_largest_share,  -- 未答复最多两者占比 | share of the two who wait for most answers | never leaves #aggregate
    cast(max(unfinished) as double) / nullif(sum(unfinished), 0) as unfinished_largest_share,  -- 未办结最多者占比 | share of who has most open | never leaves #aggregate
    cast(sum(unfinished) filter (where unfinished_place <= 2) as double) / nullif(sum(unfinished), 0) as unfinished_two_largest_share  -- 未办结最多两者占比 | share of the two who have most open | never leaves #aggregate
from ranked
group by college, term
