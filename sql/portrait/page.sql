-- One row for each person who may have a page of their own: everyone in scope in the latest term who has not refused one.
--
-- The page is the reader's: it shows them what the library knows of them, so nobody need ask for it.  Whoever withholds
-- consent to individual_portrait has no row from the next run on, and a page made before is taken away.
--
-- grain: patron_key

with refused as (
    select patron_key, not is_given as is_refused
    from clean.consent
    where purpose = 'individual_portrait' and valid_to >= timestamp '9999-12-31 00:00:00'
)

select
    current.patron_key,
    current.term
from portrait.current as current
left join refused on current.patron_key = refused.patron_key
where not coalesce(refused.is_refused, false)
