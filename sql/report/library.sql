-- One row for the whole library, with the term that its director is told of.
--
-- grain: library
-- persons: persons

with told as (
    select term, term_label_zh, term_label_en, first_day, last_day
    from report.college
    where term is not null
    group by all
)

select
    site.name_zh as library,  -- 图书馆 | library #aggregate
    site.name_en as library_label_en,  -- 图书馆英文名 | library in English #aggregate
    told.term,
    told.term_label_zh,
    told.term_label_en,
    everyone.persons,         -- 人数 | people | in scope and here this term #aggregate
    told.first_day,
    told.last_day
from ref.site as site
cross join told
left join portrait.unit as everyone
    on everyone.group_type = 'cohort' and everyone.group_code = 'everyone' and told.term = everyone.term
