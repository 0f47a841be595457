-- How each person's use has moved against their peers since the term before; a stand-in in which nothing is measured yet.
--
-- grain: patron_key, term

select
    patron_key,
    term,
    cast(null as double) as learning_growth  -- 学习成长 | learning growth | change of the normal score among peers
from fact.roster
