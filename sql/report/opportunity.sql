-- One row for each survey, group and dimension of service (LibQUAL+): the gaps, and where more would be worth most.
--
-- Importance is the desired level and satisfaction the perceived, both carried from 1–9 to 0–10 by (x − 1) · 10 / 8.
-- The opportunity index is Ulwick's, importance + max(0, importance − satisfaction): 0 to 20, a large one being wanted
-- much and found little.  A survey that asks no such triples has no row.
--
-- grain: survey, group_type, group_code, dimension
-- persons: persons

with rescaled as (
    select
        *,
        (desired_mean - 1) * 10 / 8 as importance,
        (perceived_mean - 1) * 10 / 8 as satisfaction
    from fact.gap_dimension
)

select
    survey,
    group_type,
    group_code,
    dimension,
    persons,
    minimum_mean,
    desired_mean,
    perceived_mean,
    adequacy_mean,
    superiority_mean,
    importance,                                                                -- 重要性 | importance | desired level on a scale of 0 to 10 #index
    satisfaction,                                                              -- 满意度 | satisfaction | perceived level on a scale of 0 to 10 #index
    importance + greatest(0, importance - satisfaction) as opportunity_index   -- 机会指数 | opportunity index | importance + max(0, importance − satisfaction), 0 to 20 #index
from rescaled
