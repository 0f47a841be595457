-- What the loans of each person in a term tell of what a service may do for them: counts of fact.loan_kind.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- check parts_are_no_more_than_the_whole: greatest(own_loans, art_loans, heritage_loans, placed_loans, classes) <= loans

select
    patron_key,
    term,
    count(*) as loans,                                                   -- 借阅册次 | loans | of a known class, the sensitive ones left out
    count(distinct concat(class_scheme, class_top)) as classes,          -- 涉及大类数 | main classes | borrowed from
    count(field) as placed_loans,                                        -- 可判归属册次 | loans placed | of a major whose disciplines are listed
    count(*) filter (where field = 'own') as own_loans,                  -- 本学科册次 | loans of the own field
    count(*) filter (where interest = 'art') as art_loans,               -- 艺术类借阅册次 | loans of art
    count(*) filter (where interest = 'heritage') as heritage_loans      -- 文化历史类借阅册次 | loans of culture and history
from fact.loan_kind
where term is not null
group by patron_key, term
