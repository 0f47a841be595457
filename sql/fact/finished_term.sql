-- One row for each person in scope and finished term: what use of the library in the next term is foretold from.
--
-- A night adds to the running term, and nothing here: what is learnt from finished terms stands until the next one ends.
-- Whoever refuses to be recommended anything is left out.
--
-- grain: patron_key, term
-- rebuild: term(term)

select
    roster.patron_key,
    roster.term,
    roster.level_group,
    roster.college,
    roster.study_year,
    presence.visit_days,
    presence.dwell_minutes,
    reading.loans,
    space_use.bookings,
    activity.active_days,
    activity.recency_open_days,
    participation.events_attended
from fact.roster as roster
join ref.term as term on roster.term = term.term
join ref.term_so_far as so_far on roster.term = so_far.term and so_far.until_on = term.ends_on
join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
join fact.space_use as space_use on roster.patron_key = space_use.patron_key and roster.term = space_use.term
join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
join fact.participation as participation on roster.patron_key = participation.patron_key and roster.term = participation.term
where roster.is_exposed
    and not exists (select 1 from clean.refusal as refusal where refusal.patron_key = roster.patron_key and refusal.purpose = 'recommendation')
