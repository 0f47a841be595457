-- One row for each person of a trial drawn elsewhere: the arm that chance put them in first.
--
-- Who was drawn twice, under two numbers, stays in the earlier arm; of two draws of one moment in the one held out.
--
-- grain: run_key, patron_key
-- check arm_is_known: arm in ('served', 'held_out')

with placed as (
    select
        assigned.run_key,
        assigned.service,
        coalesce(card.patron_key, assigned.patron_key) as patron_key,
        assigned.arm,
        assigned.drawn_with,
        assigned.assigned_at,
        assigned.window_days,
        assigned.detectable,
        assigned.source_file,
        assigned.source_record
    from raw.service_assignment as assigned
    left join clean.patron_identifier as card
        on assigned.patron_key = card.identifier_key
        and assigned.assigned_at >= card.valid_from
        and assigned.assigned_at < card.valid_to
)

select
    run_key,
    service,
    patron_key,
    arm,
    coalesce(drawn_with, patron_key) as drawn_with,  -- 抽取单元 | drawn with | the group drawn as one, or the person alone
    cast(assigned_at as date) as assigned_on,        -- 分组日期 | drawn on
    window_days,
    detectable
from placed
qualify row_number() over (
    partition by run_key, patron_key
    order by assigned_at, case arm when 'held_out' then 1 else 2 end, source_file, source_record
) = 1
