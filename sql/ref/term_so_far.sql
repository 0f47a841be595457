-- One row for each term that has begun by the last day received: how far it has come.
--
-- What a portrait of a term asks of that day stands here by its term, so that a new day touches the running term alone.
--
-- grain: term

with last_open as (
    select term, max(day) as day
    from ref.calendar_day
    where is_open and term is not null
    group by term
),

used as (
    select distinct feed
    from ref.coverage_term
    where is_measured and feed in ('gate', 'loan', 'space')
),

missing as (
    select distinct coverage.term
    from ref.coverage_term as coverage
    join used on coverage.feed = used.feed
    where not coverage.is_measured
)

select
    term.term,
    least(term.ends_on, horizon.as_of) as until_on,             -- 至今 | until | the term's last day, or the last day received
    least(term.ends_on + 28, horizon.as_of) as settled_on,  -- 结清于 | settled on | four weeks after the term's last day, or the last day received: what is open by then stays as it is told
    coalesce(last_open.day > horizon.as_of, false) as is_running,  -- 是否进行中 | running | whether an open day of the term is still to come
    missing.term is null as is_heard_in_full                    -- 数据是否齐全 | heard in full | whether each feed is measured that is so in any term: gates, loans and spaces
from ref.term as term
join ref.horizon as horizon on term.starts_on <= horizon.as_of
left join last_open on term.term = last_open.term
left join missing on term.term = missing.term
