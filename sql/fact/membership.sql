-- One row for each person, term and group they are counted in: their cohorts, discipline, college, major and class.
--
-- A major's code begins with its college and a class's with its major, since names repeat between them; whoever is
-- away this term is in no group.
--
-- grain: patron_key, term, group_type, group_code
-- rebuild: term(term)
-- check group_type_is_known: group_type in ('cohort', 'discipline', 'college', 'major', 'class')

with part as (
    select group_type, part
    from (values
        ('cohort', 'everyone'), ('cohort', 'level'), ('cohort', 'stage'), ('cohort', 'new'), ('cohort', 'graduating'),
        ('cohort', 'extended'), ('discipline', 'discipline'), ('college', 'college'), ('major', 'major'), ('class', 'class')
    ) as listed (group_type, part)
),

placed as (
    select
        roster.patron_key,
        roster.term,
        part.group_type,
        case part.part
            when 'everyone' then 'everyone'
            when 'level' then roster.level_group
            when 'stage' then case when roster.level_group in ('undergraduate', 'postgraduate') then roster.stage end
            when 'new' then case when roster.is_new then 'new' end
            when 'graduating' then case when roster.is_graduating then 'graduating' end
            when 'extended' then case when roster.is_extended then 'extended' end
            when 'discipline' then roster.discipline_group
            when 'college' then roster.college
            when 'major' then case when roster.major is not null then concat(roster.college, '/', roster.major) end
            when 'class' then case
                when roster.major is not null and roster.class_group is not null
                    then concat(roster.college, '/', roster.major, '/', roster.class_group)
            end
        end as group_code,
        case part.group_type
            when 'discipline' then 'everyone'
            when 'college' then 'everyone'
            when 'major' then roster.college
            when 'class' then concat(roster.college, '/', roster.major)
        end as parent_code
    from fact.roster as roster
    cross join part
    where roster.is_exposed
)

select
    patron_key,
    term,
    group_type,   -- 组别 | kind of group | cohort, discipline, college, major or class
    group_code,   -- 组 | group | a cohort of ref.cohort, a discipline group, a college, college/major or college/major/class
    parent_code   -- 上级组 | parent group | what the group is part of: everyone, the college, or college/major; empty for a cohort
from placed
where group_code is not null
