-- One row for each person in scope: how strong the tie is that reader and library have both worked on, with a half-life of a term.
--
-- What takes two counts: a question, a complaint that was answered, an event attended, a shift served, a survey filled in, a
-- message acted upon.  An act of the term counts one, one of the term before a half, and so on; a vacation belongs to the
-- term before it, and so does a summer term.  Empty where no such act of anybody is known by name so far: nothing was measured.
--
-- grain: patron_key, term
-- check what_is_new_counts_in_full: strength >= acts

with term as (
    select
        term,
        starts_on,
        lead(starts_on) over (order by starts_on) as next_on,
        row_number() over (order by starts_on) as number
    from ref.term
    where season <> 'summer'
),

met as (
    select patron_key, opened_on as day
    from clean.consultation
    union all
    select patron_key, opened_on as day
    from clean.ticket
    where answered_at is not null
    union all
    select patron_key, held_on as day
    from clean.attendance
    where attendance = 'attended'
    union all
    select patron_key, served_on as day
    from clean.contribution
    union all
    select patron_key, cast(submitted_at as date) as day
    from clean.response
    union all
    select patron_key, contacted_on as day
    from clean.contact
    where response in ('accepted', 'declined', 'clicked')
),

counted as (
    select met.patron_key, term.number, count(*) as acts
    from met
    join term on met.day >= term.starts_on and (term.next_on is null or met.day < term.next_on)
    where met.patron_key is not null
    group by met.patron_key, term.number
),

tied as (
    select
        roster.patron_key,
        roster.term,
        sum(case when counted.number = term.number then counted.acts else 0 end) as acts,
        sum(coalesce(counted.acts, 0) * pow(5e-1, term.number - coalesce(counted.number, term.number))) as strength
    from fact.roster as roster
    join term on roster.term = term.term
    left join counted on roster.patron_key = counted.patron_key and counted.number <= term.number
    group by roster.patron_key, roster.term
),

heard as (
    select term, max(strength) > 0 as is_measured
    from tied
    group by term
)

select
    tied.patron_key,
    tied.term,
    case when heard.is_measured then cast(tied.acts as bigint) end as acts,  -- 双向互动次数 | acts that took two | in the term
    case when heard.is_measured then tied.strength end as strength           -- 联系强度 | strength of the tie | acts so far, each halved with every term that has passed
from tied
join heard on tied.term = heard.term
