-- One row for each major and each class that it borrows: whether the class is of the major's own field, by fact.own_class.
--
-- The answer alone: every loan changes the counts that it rests on, and hardly any the answer.
--
-- grain: college, major, class_scheme, class_second

select college, major, class_scheme, class_second, field
from fact.own_class
