-- One row for each term: what the roster asks of the calendar and of the last day received.
--
-- It stands by itself so that a new day, which changes none of it, leaves the roster as it is.
--
-- grain: term

with heard as (
    select distinct term
    from ref.coverage_term
    where covered_days > 0
),

teaching as (
    select
        *,
        case when season = 'summer' then 0 when season = 'year' then 2 else 1 end as half_years,
        sum(case when season = 'summer' then 0 else 1 end) over (order by starts_on rows between unbounded preceding and current row) as number,
        min(starts_on) over (order by starts_on rows between unbounded preceding and current row) as calendar_from
    from ref.term
)

select
    teaching.term,
    teaching.half_years,                                                         -- 半学年数 | half years | 1 of a semester, 2 of a year, 0 of a summer term
    cast(teaching.number as bigint) as number,                                   -- 教学学期序 | number | of the teaching terms up to it
    teaching.calendar_from,                                                      -- 校历起始日 | calendar from | the first day of all terms
    teaching.starts_on + case when teaching.half_years > 0 then 60 else 0 end as reached_on,  -- 计入起始日 | reached on | a programme that ends on this day or later has the term
    coalesce(following.starts_on, teaching.ends_on + 45) + 60 as grades_until,   -- 毕业截止日 | graduates until | a programme that ends before this day does not have the next one
    teaching.starts_on <= horizon.as_of as has_begun,                            -- 是否已开始 | begun | by the last day received
    heard.term is not null as is_heard                                           -- 是否有数据 | heard | whether any feed brought anything in it
from teaching
cross join ref.horizon as horizon
left join teaching as following on following.number = teaching.number + 1 and following.half_years > 0
left join heard on teaching.term = heard.term
