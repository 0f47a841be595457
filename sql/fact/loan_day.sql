-- One row for each person and day with a loan.
--
-- What became of a loan is not told here: a book that comes back changes nothing of the day on which it was lent.
--
-- grain: patron_key, loaned_on
-- rebuild: month(loaned_on)

select
    patron_key,
    loaned_on,
    count(*) as loans  -- 借阅册次 | loans | begun on the day
from clean.loan
where patron_key is not null and loaned_on is not null
group by patron_key, loaned_on
