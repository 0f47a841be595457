-- One row for each target and building: the busiest hour that is expected in the weeks ahead, and how the forecast has done.
--
-- The forecast is the one that service.forecast_skill found best; beside its error stands that of the best plain rule.
--
-- grain: target, place

with busiest as (
    select target, place, day, hour, horizon, expected, p10, p90, model
    from service.forecast
    qualify row_number() over (partition by target, place order by expected desc, day, hour) = 1
),

judged as (
    select
        target,
        horizon,
        max(case when is_shown then wape end) as wape,
        max(case when is_shown then coverage end) as coverage,
        min(case when candidate <> 'model' then wape end) as plain_wape
    from service.forecast_skill
    group by target, horizon
)

select
    busiest.target,
    busiest.place,
    busiest.day,
    busiest.hour,
    busiest.expected,
    busiest.p10,
    busiest.p90,
    busiest.model,
    judged.wape,                   -- 加权绝对百分比误差 | WAPE | of the forecast that is shown, at this horizon
    judged.plain_wape,             -- 简单规则误差 | WAPE of the best plain rule
    judged.coverage                -- 区间覆盖率 | coverage | share of hours that fell inside the 80 per cent band
from busiest
left join judged on busiest.target = judged.target and busiest.horizon = judged.horizon
