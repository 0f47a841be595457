-- One row for each reader, month and main class that was borrowed: the first loan of it, the sensitive classes left out.
--
-- grain: patron_key, month, class_scheme, class_top
-- rebuild: month(month)

with told as (
    select loan_key, patron_key, loaned_at, cast(date_trunc('month', loaned_on) as date) as month, class_scheme, class_top
    from fact.screened_loan
),

first as (
    select patron_key, month, class_scheme, class_top, min(loaned_at) as loaned_at
    from told
    group by patron_key, month, class_scheme, class_top
)

select
    told.patron_key,
    told.month,                        -- 月份 | month | its first day
    told.class_scheme,
    told.class_top,
    min(told.loan_key) as loan_key     -- 流水号 | loan | of several at one moment the first by its number
from told
join first
    on told.patron_key = first.patron_key and told.month = first.month and told.class_scheme = first.class_scheme
    and told.class_top = first.class_top and told.loaned_at = first.loaned_at
group by told.patron_key, told.month, told.class_scheme, told.class_top
