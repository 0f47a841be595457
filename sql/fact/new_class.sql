-- One row for each loan that is the first of its reader in its main class, the sensitive classes left out.
--
-- grain: loan_key

with first as (
    select patron_key, class_scheme, class_top, min(month) as month
    from fact.class_month
    group by patron_key, class_scheme, class_top
)

select class.loan_key  -- 流水号 | loan
from fact.class_month as class
join first
    on class.patron_key = first.patron_key and class.class_scheme = first.class_scheme
    and class.class_top = first.class_top and class.month = first.month
