-- One row for each college, major or class, term and measure: which share of its people it reaches, steadied for small units.
--
-- A small unit's rate is drawn towards the mean of its kind by as much as chance alone would move it (empirical Bayes, a
-- beta prior fitted to the units of the kind by moments, Kleinman 1973).  Ranks are given as a range: units whose intervals overlap are
-- not told apart.
--
-- grain: group_type, group_code, term, measure
-- rebuild: term(term)
-- persons: persons
-- counts: members
-- check rates_are_shares: rate between 0 and 1 and steadied_rate between 0 and 1

with unit as (
    select group_type, group_code, term, measure, persons, persons - zeros as active
    from portrait.distribution
    where group_type in ('college', 'major', 'class') and measure in ('visit_days', 'loans')
),

pooled as (
    select
        group_type,
        term,
        measure,
        count(*) as units,
        cast(sum(persons) as double) as people,
        cast(sum(persons * persons) as double) as squares,
        cast(sum(active) as double) / nullif(sum(persons), 0) as pooled_rate
    from unit
    group by group_type, term, measure
),

spread as (
    select
        unit.group_type,
        unit.term,
        unit.measure,
        min(pooled.units) as units,
        min(pooled.people) as people,
        min(pooled.squares) as squares,
        min(pooled.pooled_rate) as pooled_rate,
        cast(sum(cast(unit.persons * pow(cast(unit.active as double) / nullif(unit.persons, 0) - pooled.pooled_rate, 2) as decimal(18, 9))) as double) as between_units
    from unit
    join pooled on unit.group_type = pooled.group_type and unit.term = pooled.term and unit.measure = pooled.measure
    group by unit.group_type, unit.term, unit.measure
),

prior as (
    select
        *,
        (between_units / nullif(pooled_rate * (1 - pooled_rate), 0) - (units - 1))
            / nullif(people - squares / nullif(people, 0) - (units - 1), 0) as likeness
    from spread
),

steadied as (
    select
        unit.*,
        prior.people,
        prior.pooled_rate,
        case when prior.likeness > 0 then greatest(0, 1 / nullif(prior.likeness, 0) - 1) end as weight,
        case
            when prior.likeness > 0 then (greatest(0, 1 / nullif(prior.likeness, 0) - 1) * prior.pooled_rate + unit.active)
                / nullif(greatest(0, 1 / nullif(prior.likeness, 0) - 1) + unit.persons, 0)
            else prior.pooled_rate
        end as steadied_rate
    from unit
    join prior on unit.group_type = prior.group_type and unit.term = prior.term and unit.measure = prior.measure
),

ranged as (
    select
        *,
        1645e-3 * sqrt(steadied_rate * (1 - steadied_rate) / nullif(coalesce(weight + persons + 1, people), 0)) as half
    from steadied
),

compared as (
    select
        own.group_type,
        own.group_code,
        own.term,
        own.measure,
        1 + count(*) filter (where other.steadied_rate - other.half > own.steadied_rate + own.half) as rank_low,
        count(*) filter (where other.steadied_rate + other.half >= own.steadied_rate - own.half) as rank_high
    from ranged as own
    join ranged as other on own.group_type = other.group_type and own.term = other.term and own.measure = other.measure
    where own.group_type = 'college'
    group by own.group_type, own.group_code, own.term, own.measure
)

select
    ranged.group_type,
    ranged.group_code,
    ranged.term,
    ranged.measure,
    ranged.persons,
    ranged.active,                                                          -- 使用人数 | people reached #aggregate #part
    cast(ranged.active as double) / nullif(ranged.persons, 0) as rate,      -- 使用率 | rate | people reached over people #aggregate
    ranged.steadied_rate,                                                   -- 平滑使用率 | steadied rate | (a + people reached) / (b + people), a and b from the units of its kind; the rate of the kind where units do not differ beyond chance #aggregate
    greatest(0, ranged.steadied_rate - ranged.half) as rate_low,            -- 下限 | lower bound | of 90 %, normal to the posterior; where units do not differ, of the rate of the kind #aggregate
    least(1, ranged.steadied_rate + ranged.half) as rate_high,              -- 上限 | upper bound #aggregate
    compared.rank_low,                                                      -- 最高可能名次 | best rank | among the colleges; units clearly above it, plus one #aggregate
    compared.rank_high                                                      -- 最低可能名次 | worst rank #aggregate
from ranged
left join compared
    on ranged.group_type = compared.group_type and ranged.group_code = compared.group_code and ranged.term = compared.term and ranged.measure = compared.measure
