-- One row for each person and milestone they have reached, by what was received: an earlier first may lie before the first export.
--
-- grain: patron_key, milestone
-- rebuild: term(term)

select
    reached.patron_key,
    reached.milestone,
    reached.reached_on,
    reached.term,
    reached.value,
    milestone.position,
    milestone.label_zh,
    milestone.label_en
from fact.milestone as reached
join ref.milestone as milestone on reached.milestone = milestone.milestone
