-- One row for each class section, term and weekday on which it meets, with the number of weeks it is taught.
--
-- Weeks come as a digit for each week, or as spans: `1-8,10-16周(单)`.  A mark for odd (单) or even (双) weeks holds
-- for every span since the 周 before it.  Where any part cannot be read, the number is empty rather than guessed.
--
-- grain: course_key, section, term_code, weekday, weeks
-- check teaching_weeks_are_plausible: teaching_weeks between 1 and 60

with digit as (
    select digit from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as listed (digit)
),

number as (
    select 10 * tens.digit + ones.digit + 1 as number
    from digit as tens
    cross join digit as ones
    where tens.digit < 6
),

plain as (
    select
        weeks,
        regexp_replace(
            regexp_replace(regexp_replace(weeks, '[ 第|(){}（）]', '', 'g'), '[，、;；]', ',', 'g'),
            '[~～—–至]', '-', 'g'
        ) as words
    from raw.course
    where weeks is not null
    group by weeks
),

marked as (
    select
        weeks,
        regexp_replace(regexp_replace(words, '单周|周单', '单', 'g'), '双周|周双', '双', 'g') as words
    from plain
),

bunch as (
    select
        marked.weeks,
        number.number as bunch,
        split_part(replace(replace(replace(marked.words, '周,', '周;'), '单,', '单;'), '双,', '双;'), ';', number.number) as words
    from marked
    cross join number
    where not regexp_matches(marked.words, '^[01]{3,}$')
),

span as (
    select
        bunch.weeks,
        case
            when bunch.words like '%单%' and bunch.words not like '%双%' then 1
            when bunch.words like '%双%' and bunch.words not like '%单%' then 0
        end as parity,
        split_part(replace(replace(replace(bunch.words, '周', ''), '单', ''), '双', ''), ',', number.number) as words
    from bunch
    cross join number
    where bunch.words <> ''
),

bounded as (
    select
        weeks,
        parity,
        regexp_matches(words, '^[0-9]{1,2}(-[0-9]{1,2})?$') as is_span,
        cast(nullif(regexp_extract(words, '^([0-9]{1,2})', 1), '') as integer) as first_week,
        cast(nullif(regexp_extract(words, '([0-9]{1,2})$', 1), '') as integer) as last_week
    from span
    where words <> ''
),

taught as (
    select
        bounded.weeks,
        count(distinct case
            when number.number between bounded.first_week and bounded.last_week
                and (bounded.parity is null or number.number - 2 * floor(number.number / 2) = bounded.parity)
                then number.number
        end) as teaching_weeks
    from bounded
    cross join number
    group by bounded.weeks
    having count(*) = count(*) filter (where bounded.is_span and bounded.first_week between 1 and bounded.last_week and bounded.last_week <= 60)
    union all
    select weeks, length(replace(words, '0', '')) as teaching_weeks
    from marked
    where regexp_matches(words, '^[01]{3,}$')
)

select
    course.course_key,
    course.section,
    course.title,
    course.college,
    coalesce(alias.term, course.term_code) as term_code,                 -- 学年学期 | term | of the site's calendar, whichever way it was written; as received where it is unknown there
    course.category,
    course.credits,
    course.hours,
    course.weeks,
    cast(nullif(taught.teaching_weeks, 0) as bigint) as teaching_weeks,  -- 上课周数 | teaching weeks | distinct weeks in which it meets; empty where the weeks cannot be read
    course.weekday,
    course.enrolled
from raw.course as course
left join taught on course.weeks = taught.weeks
left join ref.term_alias as alias on course.term_code = alias.alias
qualify row_number() over (
    partition by course.course_key, course.section, coalesce(alias.term, course.term_code), course.weekday, course.weeks
    order by course.enrolled desc, course.source_file, course.source_record
) = 1
