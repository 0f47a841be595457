-- One row for each term, level group and pair of segments: how many readers went from one to the other by their next term.
--
-- The next term is the one after in the calendar that has portraits; who is not on its roster is not counted.
--
-- grain: term, level_group, segment, next_segment
-- persons: persons

with told as (
    select term, lead(term) over (order by starts_on) as next_term
    from ref.term
    where term in (select term from fact.roster)
),

moved as (
    select told.term, told.next_term, roster.level_group, reader.segment, later.segment as next_segment, count(*) as persons
    from segment.reader as reader
    join told on reader.term = told.term
    join segment.reader as later on reader.patron_key = later.patron_key and told.next_term = later.term
    join fact.roster as roster on reader.patron_key = roster.patron_key and reader.term = roster.term
    group by all
)

select
    term,                      -- 学期 | term #aggregate
    next_term,                 -- 下一学期 | next term #aggregate
    level_group,               -- 层次组 | level group | in the first of the two terms #aggregate
    segment,                   -- 细分群体 | segment #aggregate
    next_segment,              -- 下一学期细分群体 | segment next term #aggregate
    persons,                   -- 人数 | persons #aggregate
    cast(persons as double) / nullif(sum(persons) over (partition by term, level_group, segment), 0) as share  -- 占比 | share | of those who were in the first segment #aggregate #of_persons
from moved
