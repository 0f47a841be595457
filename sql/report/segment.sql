-- One row for each college and segment: how its people use the library in the reported term.
--
-- grain: college, term, segment
-- persons: persons
-- parts: segment

with placed as (
    select roster.college, reader.term, reader.segment
    from segment.reader as reader
    join fact.roster as roster on reader.patron_key = roster.patron_key and reader.term = roster.term
    where roster.is_exposed
),

college as (
    select college, term, segment, count(*) as persons
    from placed
    group by college, term, segment
),

overall as (
    select segment, term, count(*) as persons
    from placed
    group by segment, term
)

select
    college.college,                                                                        -- 学院 | college #aggregate
    college.term,                                                                           -- 学期 | term #aggregate
    college.segment,                                                                        -- 细分群体 | segment #aggregate
    name.position,                                                                          -- 次序 | position #aggregate
    name.label_zh,                                                                          -- 中文名 | Chinese name #aggregate
    name.label_en,                                                                          -- 英文名 | English name #aggregate
    name.meaning_zh,                                                                        -- 中文释义 | meaning in Chinese #aggregate
    name.meaning_en,                                                                        -- 英文释义 | meaning in English #aggregate
    college.persons,                                                                        -- 人数 | people #aggregate
    cast(college.persons as double) / nullif(sum(college.persons) over (partition by college.college), 0) as share,  -- 占比 | share #aggregate
    cast(overall.persons as double) / nullif(whole.persons, 0) as university_share          -- 全校占比 | university share #aggregate
from college
join report.college as told on college.college = told.college and college.term = told.term
join overall on college.segment = overall.segment and college.term = overall.term
join (select term, count(*) as persons from placed group by term) as whole on college.term = whole.term
join ref.segment_name as name on college.segment = name.segment
