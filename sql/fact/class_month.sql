-- One row for each reader, month and main class that was borrowed: the first loan of it, the sensitive classes left out.
--
-- grain: patron_key, month, class_scheme, class_top
-- rebuild: month(month)

with classed as (
    select
        loan_key,
        patron_key,
        loaned_at,
        cast(date_trunc('month', loaned_on) as date) as month,
        class_scheme,
        class_top,
        class_second,
        coalesce(class_third, class_second) as class_code
    from clean.loan
    where patron_key is not null and loaned_on is not null and class_second is not null
),

sensitive as (
    select distinct class.class_scheme, class.class_code
    from (select distinct class_scheme, class_second, class_code from classed) as class
    join ref.sensitive_class as sensitive
        on class.class_scheme = sensitive.class_scheme
        and (starts_with(class.class_second, sensitive.class_code) or starts_with(class.class_code, sensitive.class_code))
),

told as (
    select classed.*
    from classed
    left join sensitive on classed.class_scheme = sensitive.class_scheme and classed.class_code = sensitive.class_code
    where sensitive.class_code is null
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
