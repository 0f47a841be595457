-- One row for each card or other number that two people held at once: it says nothing about either, and is joined to nobody.
--
-- A card still in use ends where somebody else begins to hold it; only then, and with a known end, is it handed on.
--
-- grain: identifier_key
-- check held_by_two_or_more: persons > 1

with held as (
    select identifier_key, patron_key, min(valid_from) as valid_from, min(valid_to) as valid_to
    from raw.patron_identifier
    group by identifier_key, patron_key
),

ended as (
    select
        held.identifier_key,
        held.patron_key,
        held.valid_from,
        coalesce(held.valid_to, min(other.valid_from), timestamp '9999-12-31 00:00:00') as valid_to
    from held
    left join held as other
        on held.identifier_key = other.identifier_key and held.patron_key <> other.patron_key and other.valid_from > held.valid_from
    group by held.identifier_key, held.patron_key, held.valid_from, held.valid_to
)

select
    one.identifier_key,
    count(distinct one.patron_key) as persons,                     -- 同时持有人数 | people | who held it while somebody else did #aggregate
    min(greatest(one.valid_from, other.valid_from)) as first_from  -- 最早重叠时间 | first from | when two held it for the first time
from ended as one
join ended as other
    on one.identifier_key = other.identifier_key and one.patron_key <> other.patron_key
    and one.valid_from < other.valid_to and other.valid_from < one.valid_to
group by one.identifier_key
