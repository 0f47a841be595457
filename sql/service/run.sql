-- One row for each time people were drawn for a service: lists frozen here, and trials drawn elsewhere.
--
-- grain: run_key
-- check a_window_is_not_negative: window_days >= 0

with assigned as (
    select
        run_key,
        min(service) as service,
        max(assigned_on) as frozen_on,
        max(window_days) as window_days,
        max(detectable) as detectable,
        count(distinct drawn_with) < count(*) as is_together
    from clean.service_assignment
    group by run_key
),

drawn as (
    select
        run_key,
        'list' as origin,
        service,
        term,
        drawn_by,
        cast(frozen_at as date) as frozen_on,
        window_days,
        detectable
    from ledger.service_run
    union all
    select
        assigned.run_key,
        'elsewhere' as origin,
        assigned.service,
        term.term,
        case when assigned.is_together then 'group' else 'patron' end as drawn_by,
        assigned.frozen_on,
        coalesce(assigned.window_days, service.window_days, 28) as window_days,
        cast(assigned.detectable as double) as detectable
    from assigned
    join ref.term as term on term.starts_on <= assigned.frozen_on
    left join service.catalogue as service on assigned.service = service.service
    qualify row_number() over (partition by assigned.run_key order by term.starts_on desc, term.term) = 1
)

select
    drawn.run_key,
    drawn.origin,                                                      -- 来源 | origin | list: frozen here; elsewhere: of raw.service_assignment
    drawn.service,
    drawn.term,                                                        -- 学期 | term | the last that had begun
    drawn.drawn_by,                                                    -- 抽取单位 | drawn by | patron, class_group, or group where people were drawn together elsewhere
    drawn.frozen_on,                                                   -- 冻结日期 | frozen on | the last day before anybody is watched
    drawn.window_days,                                                 -- 观察天数 | days watched
    drawn.frozen_on + drawn.window_days as window_to,                  -- 观察截止 | watched until
    drawn.detectable,                                                  -- 可检出差异 | detectable difference | that the run was made to be able to see; empty where none was planned
    horizon.as_of >= drawn.frozen_on + drawn.window_days as is_over    -- 是否到期 | over | whether the days watched lie before the last day received
from drawn
cross join ref.horizon as horizon
