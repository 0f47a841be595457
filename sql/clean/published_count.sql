-- One row for each figure that was counted elsewhere; a suppressed one stays empty, which is neither zero nor unknown.
--
-- A cell that was left blank without being suppressed is no figure and has no row.
--
-- grain: place, category, measure, period_start, period_end
-- check a_suppressed_figure_is_empty_and_never_zero: suppression <> 'suppressed' or reported_count is null
-- check an_empty_figure_says_why: reported_count is not null or suppression = 'suppressed'

select
    place,
    category,
    measure,
    period_start,
    period_end,
    case when suppression <> 'suppressed' then reported_count end as reported_count,  -- 报告数 | reported count | empty where it was suppressed
    suppression
from raw.published_count
where reported_count is not null or suppression = 'suppressed'
qualify row_number() over (
    partition by place, category, measure, period_start, period_end
    order by case when suppression = 'exact' then 1 when suppression = 'rounded' then 2 else 3 end, reported_count desc, source_file, source_record
) = 1
