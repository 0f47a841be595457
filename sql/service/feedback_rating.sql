-- One row for each term and unit of the library: how its answers to tickets were rated, steadied for few ratings, and how soon.
--
-- Of teams, never of single people.  A mean of few ratings is drawn towards that of all units by as much as chance alone
-- would move it (empirical Bayes, variances by moments as Bühlmann and Straub 1970); where units do not differ beyond
-- chance, each has the mean of all.  A unit with fewer ratings than the site's small cell has no mean.
--
-- grain: term, unit
-- persons: tickets
-- check soon_is_a_share: answered_soon_share between 0 and 1
-- check as_many_ratings_as_tickets: ratings <= tickets

with ticket as (
    select calendar.term, ticket.unit, cast(ticket.rating as double) as rating, ticket.days_to_answer
    from clean.ticket as ticket
    join ref.calendar_day as calendar on ticket.opened_on = calendar.day
    where ticket.unit is not null and calendar.term is not null
),

unit as (
    select
        term,
        unit,
        count(*) as tickets,
        count(*) filter (where days_to_answer <= 7) as answered_soon,
        count(rating) as ratings,
        cast(sum(cast(rating as decimal(18, 6))) as double) as total,
        cast(sum(cast(rating * rating as decimal(18, 6))) as double) as squares
    from ticket
    group by term, unit
),

pooled as (
    select
        term,
        count(*) as units,
        cast(sum(ratings) as double) as ratings,
        cast(sum(ratings * ratings) as double) as rating_squares,
        cast(sum(cast(total as decimal(18, 6))) as double) / nullif(sum(ratings), 0) as mean,
        cast(sum(cast(squares - total * total / nullif(ratings, 0) as decimal(18, 6))) as double) / nullif(sum(ratings) - count(*), 0) as within_units
    from unit
    where ratings > 0
    group by term
),

spread as (
    select
        pooled.term,
        min(pooled.mean) as mean,
        min(pooled.within_units) as within_units,
        (cast(sum(cast(unit.ratings * pow(unit.total / nullif(unit.ratings, 0) - pooled.mean, 2) as decimal(18, 6))) as double)
            - (min(pooled.units) - 1) * min(pooled.within_units))
            / nullif(min(pooled.ratings) - min(pooled.rating_squares) / nullif(min(pooled.ratings), 0), 0) as between_units
    from unit
    join pooled on unit.term = pooled.term
    where unit.ratings > 0
    group by pooled.term
)

select
    unit.term,
    unit.unit,
    unit.tickets,                                                             -- 工单数 | tickets #aggregate
    cast(unit.answered_soon as double) / nullif(unit.tickets, 0) as answered_soon_share,  -- 七日内答复率 | share answered within seven days #aggregate
    unit.ratings,                                                             -- 评分数 | ratings #aggregate #even
    case when unit.ratings >= site.small_cell then unit.total / nullif(unit.ratings, 0) end as rating_mean,  -- 平均评分 | mean rating | 1 to 5 #aggregate #even
    case
        when unit.ratings < site.small_cell then null
        when spread.between_units > 0
            then (spread.mean * spread.within_units / nullif(spread.between_units, 0) + unit.total)
                / nullif(spread.within_units / nullif(spread.between_units, 0) + unit.ratings, 0)
        else spread.mean
    end as steadied_rating                                                    -- 平滑评分 | steadied rating | (k · mean of all + sum) / (k + ratings), k being the variance within units over that between them #aggregate #index
from unit
cross join ref.site as site
left join spread on unit.term = spread.term
