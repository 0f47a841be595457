-- One row for each group of readers, term and component of their relationship with the library, on four axes.
--
-- The axes are interaction (双向互动), cohesion (高度黏合), collaboration (协同共赢) and stability (持续稳定).  A component
-- stands as the mid-rank of its value among the group's own last eight terms, so that a group is held against itself
-- and not against others; an axis is the mean of its components that were measured, weighted by ref.relationship_weight.
-- A component of one term only has no rank yet.  A share of some of the group is empty for fewer than the small cell.
--
-- grain: group_type, group_code, term, component
-- rebuild: term(term)
-- reads portrait.relationship_value: earlier
-- check percentiles_are_percentiles: percentile between 0 and 100
-- check axis_scores_are_percentiles: axis_score between 0 and 100
-- check the_last_eight_terms_are_no_more: terms_compared <= 8
-- persons: persons
-- counts: members

with term as (
    select term, starts_on, row_number() over (order by starts_on) as number
    from ref.term
),

spread as (
    select valued.*, term.starts_on, term.number
    from portrait.relationship_value as valued
    join term on valued.term = term.term
),

compared as (
    select
        now.group_type,
        now.group_code,
        now.term,
        now.axis,
        now.component,
        now.persons,
        now.value,
        now.weight,
        count(own.value) as terms,
        count(*) filter (where own.value < now.value) as below,
        count(*) filter (where own.value = now.value) as equal
    from spread as now
    left join spread as own
        on now.group_type = own.group_type and now.group_code = own.group_code and now.component = own.component
        and own.starts_on <= now.starts_on and own.number >= now.number - 7 and now.value is not null
    group by now.group_type, now.group_code, now.term, now.axis, now.component, now.persons, now.value, now.weight
),

ranked as (
    select
        *,
        terms as terms_compared,
        case when terms >= 2 then 100 * (below + cast(equal as double) / 2) / nullif(terms, 0) end as percentile
    from compared
)

select
    group_type,                                          -- 组别 | kind of group | cohort, discipline, college, major or class #aggregate
    group_code,                                          -- 组 | group | a cohort of ref.cohort, or the name of a unit #aggregate
    term,                                                -- 学期 | term #aggregate
    axis,                                                -- 关系维度 | axis | interaction, cohesion, collaboration or stability #aggregate
    component,                                           -- 分项 | component | of ref.relationship_weight #aggregate
    persons,                                             -- 人数 | people | in the group and here this term #aggregate
    cast(value as double) as value,                      -- 取值 | value | in the component's own unit, more being better; empty where it was not measured #aggregate #index
    cast(terms_compared as bigint) as terms_compared,    -- 可比学期数 | terms compared | measured ones of the group's last eight, this one among them #aggregate
    percentile,                                          -- 百分位 | percentile | (below + half of the equal) / terms compared, 0 to 100; from 2 terms on #aggregate #plain
    weight,                                              -- 权重 | weight | within the axis #aggregate
    cast(sum(cast(weight * percentile as decimal(18, 9))) over axis_row as double)
        / nullif(cast(sum(case when percentile is not null then weight end) over axis_row as double), 0) as axis_score  -- 维度得分 | axis score | weighted mean of the percentiles that there are, 0 to 100; the same in each row of the axis #aggregate #plain
from ranked
window axis_row as (partition by group_type, group_code, term, axis)
