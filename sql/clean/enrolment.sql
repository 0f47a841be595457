-- One row for each time in which a person's enrolment stayed the same: status, level, college, major and class.
--
-- Of two records of a person in one snapshot, one that names a college counts.  Successive snapshots that say the same are one row; a person missing from the next snapshot has left by then.
--
-- grain: patron_key, valid_from
-- check ends_after_it_begins: valid_to > valid_from

with snapshot as (
    select seen_on, dense_rank() over (order by seen_on) as number
    from raw.enrolment
    group by seen_on
),

record as (
    select
        enrolment.patron_key,
        enrolment.seen_on,
        snapshot.number,
        enrolment.status,
        enrolment.level,
        enrolment.college,
        enrolment.major,
        enrolment.class_group,
        enrolment.campus,
        enrolment.grade_label,
        enrolment.entered_on,
        enrolment.program_years,
        md5(concat_ws('|', enrolment.status, enrolment.level, coalesce(enrolment.college, ''), coalesce(enrolment.major, ''),
            coalesce(enrolment.class_group, ''), coalesce(enrolment.campus, ''), coalesce(enrolment.grade_label, ''))) as state
    from raw.enrolment as enrolment
    join snapshot on enrolment.seen_on = snapshot.seen_on
    qualify row_number() over (partition by enrolment.patron_key, enrolment.seen_on order by case when enrolment.college is null then 1 else 0 end, enrolment.source_file, enrolment.source_record) = 1
),

marked as (
    select
        *,
        case
            when state = lag(state) over (partition by patron_key order by number)
                and number = lag(number) over (partition by patron_key order by number) + 1 then 0
            else 1
        end as is_change
    from record
),

run as (
    select *, sum(is_change) over (partition by patron_key order by number rows between unbounded preceding and current row) as run_number
    from marked
),

spell as (
    select
        patron_key,
        run_number,
        min(seen_on) as first_seen,
        max(number) as last_number,
        min(status) as status,
        min(level) as level,
        min(college) as college,
        min(major) as major,
        min(class_group) as class_group,
        min(campus) as campus,
        min(grade_label) as grade_label,
        min(entered_on) as entered_on,
        min(program_years) as program_years
    from run
    group by patron_key, run_number
)

select
    spell.patron_key,
    case
        when spell.run_number = 1 then least(spell.first_seen, coalesce(spell.entered_on, spell.first_seen))
        else spell.first_seen
    end as valid_from,                                               -- 生效日期 | valid from | the entry day for a person's first row, else the snapshot that first says so
    coalesce(following.seen_on, date '9999-12-31') as valid_to,      -- 失效日期 | valid to | the first day on which it no longer holds; the far future while it does
    spell.status,
    spell.level,
    spell.college,
    spell.major,
    spell.class_group,
    spell.campus,
    spell.grade_label,
    spell.entered_on,
    spell.program_years
from spell
left join snapshot as following on following.number = spell.last_number + 1
