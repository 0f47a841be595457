-- One row for each loan of which a need may be read: those in a sensitive class (ref.sensitive_class) are left out.
--
-- grain: loan_key
-- rebuild: month(loaned_on)

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
)

select
    loan.loan_key,
    loan.patron_key,
    loan.loaned_at,
    loan.loaned_on,
    loan.class_scheme,
    loan.class_top,       -- 大类 | main class | of its classification; sensitive classes left out #screened
    loan.class_second
from classed as loan
left join sensitive on loan.class_scheme = sensitive.class_scheme and loan.class_code = sensitive.class_code
where sensitive.class_code is null
