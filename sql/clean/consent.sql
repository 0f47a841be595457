-- One row for each time in which what a reader said about a use of their data held: the latest statement counts.
--
-- Who never said anything has no row, and has not consented.  Of two statements of one moment the refusal counts.
--
-- grain: patron_key, purpose, valid_from
-- check ends_after_it_begins: valid_to > valid_from

with said as (
    select
        coalesce(card.patron_key, consent.patron_key) as patron_key,
        consent.purpose,
        consent.said_at,
        min(case when consent.statement = 'given' then 1 else 0 end) = 1 as is_given
    from raw.consent as consent
    left join clean.patron_identifier as card
        on consent.patron_key = card.identifier_key
        and consent.said_at >= card.valid_from
        and consent.said_at < card.valid_to
    group by coalesce(card.patron_key, consent.patron_key), consent.purpose, consent.said_at
)

select
    patron_key,
    purpose,
    said_at as valid_from,                                            -- 生效时间 | valid from | when it was said
    coalesce(
        lead(said_at) over (partition by patron_key, purpose order by said_at), timestamp '9999-12-31 00:00:00'
    ) as valid_to,                                                    -- 失效时间 | valid to | when something else was said; the far future while it holds
    is_given                                                          -- 是否同意 | given
from said
