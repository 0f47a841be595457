-- One row for each person in scope in each term: the spine of every portrait, also for those who did nothing.
--
-- The affiliation is the last one that holds within the term.
--
-- Whoever enters up to sixty days after a term begins starts with that term; a programme ends with the last term that
-- it reaches sixty days into.  So a September entrant of four years graduates in a spring, one of two years and a half
-- in an autumn, and only that one term is the graduating one.  Two terms on leave move year and end by a year, as far
-- as the hub's snapshots reach back: who is on leave in the first one has not been so since entry.
--
-- grain: patron_key, term
-- check level_group_is_known: level_group in ('undergraduate', 'postgraduate', 'staff', 'other')
-- check stage_is_known: stage in ('lower_undergraduate', 'upper_undergraduate', 'master', 'doctor', 'staff', 'other')
-- check nobody_is_both_graduating_and_extended: not (is_graduating and is_extended)

with followed as (
    select term.academic_year, term.season, term.starts_on, term.ends_on, counted.*
    from ref.roster_term as counted
    join ref.term as term on counted.term = term.term
    where counted.has_begun
),

entry as (
    select enrolled.entered_on, 1 + count(teaching.term) as number
    from (select distinct entered_on from clean.enrolment where entered_on is not null) as enrolled
    left join ref.roster_term as teaching on teaching.reached_on <= enrolled.entered_on and teaching.half_years > 0
    group by enrolled.entered_on
),

affiliated as (
    select
        enrolment.patron_key,
        enrolment.status,
        enrolment.level,
        enrolment.college,
        enrolment.major,
        enrolment.class_group,
        enrolment.campus,
        enrolment.entered_on,
        enrolment.program_years,
        followed.term,
        followed.academic_year,
        followed.season,
        followed.starts_on,
        followed.ends_on,
        followed.half_years,
        followed.is_heard,
        followed.reached_on,
        followed.grades_until,
        case
            when enrolment.entered_on >= followed.calendar_from - 60 and followed.number >= entry.number then followed.number - entry.number + 1
        end as term_number
    from clean.enrolment as enrolment
    join followed on enrolment.valid_from <= followed.ends_on and enrolment.valid_to > followed.starts_on
    left join entry on enrolment.entered_on = entry.entered_on
    where enrolment.status in ('active', 'leave', 'abroad', 'reserved')
    qualify row_number() over (partition by enrolment.patron_key, followed.term order by enrolment.valid_from desc) = 1
),

away as (
    select affiliated.patron_key, affiliated.starts_on, affiliated.half_years
    from affiliated
    cross join (select min(seen_on) as seen_on from raw.enrolment) as told
    where affiliated.status = 'leave' and affiliated.ends_on >= told.seen_on
),

suspended as (
    select
        affiliated.patron_key,
        affiliated.term,
        cast(floor(sum(away.half_years) / 2) as integer) as years_on_leave
    from affiliated
    join away on affiliated.patron_key = away.patron_key and away.starts_on < affiliated.starts_on
    group by affiliated.patron_key, affiliated.term
),

ending as (
    select
        affiliated.*,
        case
            when level in ('associate', 'bachelor') then 'undergraduate'
            when level in ('master', 'doctor') then 'postgraduate'
            when level = 'staff' then 'staff'
            else 'other'
        end as level_group,
        cast(left(academic_year, 4) as integer)
            - case when month(entered_on) >= 7 then year(entered_on) else year(entered_on) - 1 end
            + 1 - coalesce(suspended.years_on_leave, 0) as study_year,
        case
            when level <> 'staff' and program_years > 0
                then 12 * (year(entered_on) + coalesce(suspended.years_on_leave, 0)) + month(entered_on) - 1 + cast(12 * program_years as integer)
        end as end_month
    from affiliated
    left join suspended on affiliated.patron_key = suspended.patron_key and affiliated.term = suspended.term
    where affiliated.is_heard
),

dated as (
    select
        *,
        case
            when end_month is not null
                then cast(concat(
                    cast(cast(floor(end_month / 12) as integer) as varchar), '-',
                    right(concat('0', cast(cast(end_month - 12 * floor(end_month / 12) as integer) + 1 as varchar)), 2), '-01'
                ) as date) - 1
        end as expected_end
    from ending
)

select
    dated.patron_key,
    dated.term,
    dated.level,
    dated.level_group,                                                           -- 层次组 | level group | undergraduate, postgraduate, staff or other
    coalesce(dated.college, '未知 unknown') as college,
    dated.major,
    dated.class_group,
    dated.campus,
    dated.status = 'active' as is_exposed,                                       -- 是否在校 | exposed | here this term, rather than on leave or abroad
    dated.study_year,                                                            -- 年级序 | study year | 1 in the academic year of entry, less a year for every two terms on leave; empty where entry is unknown
    cast(ceil(dated.program_years) as integer) as programme_length,              -- 学制年数 | programme length | in whole years
    college.discipline_group,
    case
        when dated.level in ('associate', 'bachelor') and dated.study_year <= 2 then 'lower_undergraduate'
        when dated.level in ('associate', 'bachelor') and dated.study_year > 2 then 'upper_undergraduate'
        when dated.level_group <> 'undergraduate' then case when dated.level in ('master', 'doctor', 'staff') then dated.level else 'other' end
    end as stage,                                                                -- 学段 | stage | lower_undergraduate (years 1 and 2), upper_undergraduate, master, doctor, staff or other; empty for an undergraduate whose entry is unknown
    cast(dated.term_number as integer) as term_number,                           -- 第几学期 | term number | 1 in the first teaching term, a summer term having the number of the one before; empty where the calendar does not reach back to the entry
    dated.expected_end,                                                          -- 预计毕业日期 | expected end | last day of the programme: the month of entry + 12 × its years + 12 for every two terms on leave
    dated.level_group <> 'staff' and case
        when dated.entered_on is not null then coalesce(dated.term_number <= case when dated.season = 'year' then 1 else 2 end, false)
    end as is_new,                                                               -- 是否新生 | new | in the first two teaching terms after entry; never of staff
    dated.level_group <> 'staff' and dated.half_years > 0 and dated.expected_end >= dated.reached_on and dated.expected_end < dated.grades_until as is_graduating,  -- 是否毕业学期 | graduating | the last term of the programme; empty where its end is unknown
    dated.level_group <> 'staff' and dated.expected_end < dated.reached_on as is_extended  -- 是否延期 | extended | still enrolled in a term after the programme's last
from dated
left join ref.college as college on dated.college = college.college
