-- One row for each reader and use of their data that they have said no to, as things stand.
--
-- Whoever refuses to be portrayed is neither grouped nor suggested anything.  From the next run on nothing that tells of a
-- single reader is made for a use they refuse; counts that name nobody keep them.
--
-- grain: patron_key, purpose

with withheld as (
    select patron_key, purpose, valid_from
    from clean.consent
    where not is_given and valid_to >= timestamp '9999-12-31 00:00:00'
),

meant as (
    select patron_key, purpose, valid_from
    from withheld
    union all
    select patron_key, 'segmentation' as purpose, valid_from
    from withheld
    where purpose = 'individual_portrait'
    union all
    select patron_key, 'recommendation' as purpose, valid_from
    from withheld
    where purpose = 'individual_portrait'
)

select
    patron_key,
    purpose,
    min(valid_from) as refused_at  -- 拒绝时间 | refused at | since when it has held
from meant
group by patron_key, purpose
