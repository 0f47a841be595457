-- One row for each axis of the relationship, term and question put to its scores: can they be trusted, by the colleges' figures?
--
-- Repeatability is the correlation of the colleges' scores with those of the term before (test–retest);
-- agreement_with_survey that with the colleges' mean overall satisfaction, of surveys answered in the term;
-- weight_sensitivity the most places any college moves among the others, if the weight of any one component is half as
-- much again or half as much.  Correlations are Pearson's; all are empty for fewer than five colleges.
--
-- grain: axis, term, question
-- persons: none
-- check a_correlation_is_one: question = 'weight_sensitivity' or value between -1.000001 and 1.000001
-- check few_colleges_say_nothing: colleges >= 5 or value is null

with part as (
    select group_code as college, term, axis, component, weight, percentile, axis_score
    from portrait.relationship
    where group_type = 'college' and percentile is not null
),

score as (
    select college, term, axis, max(axis_score) as axis_score
    from part
    group by college, term, axis
),

term as (
    select term, row_number() over (order by starts_on) as number
    from ref.term
),

opinion as (
    select answer.college, calendar.term, avg(cast(answer.answer_value as decimal(18, 9))) as satisfaction
    from clean.answer as answer
    join ref.calendar_day as calendar on cast(answer.submitted_at as date) = calendar.day
    cross join ref.site as site
    where answer.item = 'overall' and calendar.term is not null and answer.college is not null
    group by answer.college, calendar.term, site.small_cell
    having count(*) >= site.small_cell
),

pair as (
    select now.axis, now.term, 'repeatability' as question, now.axis_score as x, earlier.axis_score as y
    from score as now
    join term as now_term on now.term = now_term.term
    join term as earlier_term on now_term.number = earlier_term.number + 1
    join score as earlier on earlier_term.term = earlier.term and now.college = earlier.college and now.axis = earlier.axis
    union all
    select score.axis, score.term, 'agreement_with_survey' as question, score.axis_score as x, opinion.satisfaction as y
    from score
    join opinion on score.college = opinion.college and score.term = opinion.term
),

summed as (
    select
        axis,
        term,
        question,
        count(*) as colleges,
        cast(sum(cast(x as decimal(18, 9))) as double) as x,
        cast(sum(cast(y as decimal(18, 9))) as double) as y,
        cast(sum(cast(x * x as decimal(18, 9))) as double) as xx,
        cast(sum(cast(y * y as decimal(18, 9))) as double) as yy,
        cast(sum(cast(x * y as decimal(18, 9))) as double) as xy
    from pair
    group by axis, term, question
),

change as (
    select component, 5e-1 as factor from ref.relationship_weight
    union all
    select component, 15e-1 as factor from ref.relationship_weight
    union all
    select 'none' as component, 1e0 as factor
),

reweighed as (
    select
        part.college,
        part.term,
        part.axis,
        change.component,
        change.factor,
        cast(
            sum(cast(part.weight * part.percentile * case when part.component = change.component then change.factor else 1 end as decimal(18, 9)))
            / nullif(sum(cast(part.weight * case when part.component = change.component then change.factor else 1 end as decimal(18, 9))), 0)
        as decimal(12, 6)) as axis_score
    from part
    cross join change
    group by part.college, part.term, part.axis, change.component, change.factor
),

position as (
    select college, term, axis, component, rank() over (partition by term, axis, component, factor order by axis_score desc) as place
    from reweighed
),

moved as (
    select
        changed.axis,
        changed.term,
        count(distinct changed.college) as colleges,
        max(abs(changed.place - usual.place)) as places
    from position as changed
    join position as usual
        on changed.college = usual.college and changed.term = usual.term and changed.axis = usual.axis and usual.component = 'none'
    group by changed.axis, changed.term
)

select
    axis,                                       -- 关系维度 | axis #aggregate
    term,                                       -- 学期 | term #aggregate
    question,                                   -- 检验 | question | repeatability, agreement_with_survey or weight_sensitivity #aggregate
    cast(colleges as bigint) as colleges,       -- 学院数 | colleges | that the answer rests on #aggregate
    case
        when colleges >= 5 and colleges * xx - x * x > 1e-6 and colleges * yy - y * y > 1e-6
            then (colleges * xy - x * y) / nullif(sqrt((colleges * xx - x * x) * (colleges * yy - y * y)), 0)
    end as value                                -- 取值 | value | a correlation from −1 to 1, or places moved; empty for fewer than five colleges, or where all of them are alike #aggregate
from summed
union all
select
    axis,
    term,
    'weight_sensitivity' as question,
    cast(colleges as bigint) as colleges,
    case when colleges >= 5 then cast(places as double) end as value
from moved
