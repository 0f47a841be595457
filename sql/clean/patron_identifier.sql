-- One row for each card and the time in which one person held it.
--
-- A card that two people hold at once (clean.shared_identifier) is left out, and its passages stay unmatched.
--
-- grain: identifier_key, valid_from
-- check ends_after_it_begins: valid_to > valid_from

with held as (
    select
        identifier_key,
        patron_key,
        min(valid_from) as valid_from,
        coalesce(min(valid_to), timestamp '9999-12-31 00:00:00') as valid_to
    from raw.patron_identifier
    group by identifier_key, patron_key
),

ordered as (
    select
        *,
        lead(valid_from) over (partition by identifier_key order by valid_from, patron_key) as next_from
    from held
)

select
    ordered.identifier_key,
    ordered.patron_key,
    ordered.valid_from,
    least(ordered.valid_to, coalesce(ordered.next_from, ordered.valid_to)) as valid_to  -- 停用时间 | valid to | the far future while in use
from ordered
left join clean.shared_identifier as shared on ordered.identifier_key = shared.identifier_key
where shared.identifier_key is null and ordered.valid_from < least(ordered.valid_to, coalesce(ordered.next_from, ordered.valid_to))
