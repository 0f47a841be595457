-- One row for each person drawn in a run: the arm, and how often they did what the service is meant to lead to.
--
-- Before the run's days are over nothing is counted.  A person counts in the arm they were drawn into, whatever came of it.
--
-- grain: run_key, patron_key
-- check arm_is_known: arm in ('served', 'held_out')
-- check nothing_is_negative: baseline >= 0 and outcomes >= 0

with drawn as (
    select
        member.run_key,
        member.patron_key,
        member.arm,
        member.drawn_with,
        cast(run.frozen_at as date) as frozen_on,
        member.baseline
    from ledger.service_member as member
    join ledger.service_run as run on member.run_key = run.run_key
    union all
    select
        run_key,
        patron_key,
        arm,
        drawn_with,
        assigned_on as frozen_on,
        cast(null as double) as baseline
    from clean.service_assignment
),

watched as (
    select
        drawn.*,
        run.service,
        run.is_over,
        drawn.frozen_on - run.window_days as since,
        drawn.frozen_on + run.window_days as until
    from drawn
    join service.run as run on drawn.run_key = run.run_key
),

counted as (
    select
        watched.run_key,
        watched.patron_key,
        count(*) filter (where outcome.happened_on < watched.frozen_on) as times_before,
        count(*) filter (where outcome.happened_on > watched.frozen_on) as times_after
    from watched
    join service.outcome_event as outcome
        on watched.service = outcome.service
        and watched.patron_key = outcome.patron_key
        and outcome.happened_on between watched.since and watched.until
    group by watched.run_key, watched.patron_key
)

select
    watched.run_key,
    watched.patron_key,
    watched.arm,
    watched.drawn_with,                                                                       -- 抽取单元 | drawn with | the class or group drawn as one, or the person alone
    watched.frozen_on,                                                                        -- 冻结日期 | drawn on
    coalesce(watched.baseline, cast(coalesce(counted.times_before, 0) as double)) as baseline,  -- 基线 | baseline | days with an outcome in as many days before; of a frozen list, as frozen
    case when watched.is_over then coalesce(counted.times_after, 0) end as outcomes            -- 结果 | outcomes | days with an outcome while watched; empty until the run is over
from watched
left join counted on watched.run_key = counted.run_key and watched.patron_key = counted.patron_key
