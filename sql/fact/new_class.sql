-- One row for each loan that is the first of its reader in its main class, the sensitive classes left out.
--
-- grain: loan_key

with classed as (
    select loan_key, patron_key, loaned_at, loaned_on, class_scheme, class_top, class_second, coalesce(class_third, class_second) as class_code
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
    select classed.loan_key, classed.patron_key, classed.class_scheme, classed.class_top, classed.loaned_at
    from classed
    left join sensitive on classed.class_scheme = sensitive.class_scheme and classed.class_code = sensitive.class_code
    where sensitive.class_code is null
),

first as (
    select patron_key, class_scheme, class_top, min(loaned_at) as loaned_at
    from told
    group by patron_key, class_scheme, class_top
)

select min(told.loan_key) as loan_key  -- 流水号 | loan | of several at one moment the first by its number
from told
join first
    on told.patron_key = first.patron_key and told.class_scheme = first.class_scheme
    and told.class_top = first.class_top and told.loaned_at = first.loaned_at
group by told.patron_key, told.class_scheme, told.class_top
