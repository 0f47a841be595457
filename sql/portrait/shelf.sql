-- One row for each person, term and main class of books: the shelf that their loans of the term would make.
--
-- grain: patron_key, term, class_scheme, class_top
-- rebuild: term(term)
-- check a_shelf_holds_books: loans > 0

select
    borrowed.patron_key,
    borrowed.term,
    borrowed.class_scheme,
    borrowed.class_top,
    class.label_zh,
    class.label_en,
    cast(sum(borrowed.loans) as bigint) as loans  -- 借阅册次 | loans | whose class could be read
from fact.loan_class as borrowed
left join ref.class as class on borrowed.class_scheme = class.class_scheme and borrowed.class_top = class.class_code
group by all
