-- One row for each person in scope in each term: the spine of every portrait, also for those who did nothing.
--
-- The affiliation is the last one that holds within the term.
--
-- grain: patron_key, term
-- check level_group_is_known: level_group in ('undergraduate', 'postgraduate', 'staff', 'other')

with measured_term as (
    select distinct term
    from ref.coverage_term
    where covered_days > 0
),

anything as (
    select term.term
    from ref.term as term
    left join measured_term on term.term = measured_term.term
    cross join ref.horizon as horizon
    where measured_term.term is not null and term.starts_on <= horizon.as_of
)

select
    enrolment.patron_key,
    term.term,
    enrolment.level,
    case
        when enrolment.level in ('associate', 'bachelor') then 'undergraduate'
        when enrolment.level in ('master', 'doctor') then 'postgraduate'
        when enrolment.level = 'staff' then 'staff'
        else 'other'
    end as level_group,                                                          -- 层次组 | level group | undergraduate, postgraduate, staff or other
    coalesce(enrolment.college, '未知 unknown') as college,
    enrolment.major,
    enrolment.class_group,
    enrolment.campus,
    enrolment.status = 'active' as is_exposed,                                   -- 是否在校 | exposed | here this term, rather than on leave or abroad
    cast(left(term.academic_year, 4) as integer)
        - case when month(enrolment.entered_on) >= 7 then year(enrolment.entered_on) else year(enrolment.entered_on) - 1 end
        + 1 as study_year,                                                       -- 年级序 | study year | 1 in the academic year of entry; empty where entry is unknown
    cast(ceil(enrolment.program_years) as integer) as programme_length           -- 学制年数 | programme length | in whole years
from clean.enrolment as enrolment
join ref.term as term on enrolment.valid_from <= term.ends_on and enrolment.valid_to > term.starts_on
join anything on term.term = anything.term
where enrolment.status in ('active', 'leave', 'abroad', 'reserved')
qualify row_number() over (partition by enrolment.patron_key, term.term order by enrolment.valid_from desc) = 1
