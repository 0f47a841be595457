-- One row for each candidate of the study list: a person who would stand on a board of their term, and whether they may.
--
-- A board is a level group, a discipline group and a view, ranked among those who are here.  The score is the mean of the
-- person's percentiles (mid-rank, among everyone of the board's groups), weighted by ref.study_weight; a component that was
-- not measured is left out and its weight with it.  A board with fewer eligible people than the site's small cell is not made.
-- Who was not seen in the term stands on no board, even where they did better than peers whose use fell.
--
-- These are candidates under pseudonyms, for the data team; report.study_board holds what may be shown.
--
-- grain: patron_key, term, view
-- rebuild: term(term)
-- reads raw.honour: whole
-- check a_score_is_a_share: score between 0 and 100
-- check who_is_not_eligible_has_no_place: (standing in ('past_winner', 'not_eligible')) = (place is null)
-- check a_reason_is_given: (standing = 'not_eligible') = (reason is not null)

with booking as (
    select patron_key, term, sum(attended) as attended
    from fact.booking_month
    group by patron_key, term
),

person as (
    select
        individual.patron_key,
        individual.term,
        individual.level_group,
        coalesce(individual.discipline_group, 'all') as discipline_group,
        individual.college,
        individual.active_days,
        individual.terms_active,
        score.stay_days,
        score.reading_score,
        score.doubts,
        individual.resource_days,
        case when individual.bookings is not null then coalesce(booking.attended, 0) end as bookings_kept,
        individual.events_attended,
        individual.learning_growth
    from portrait.individual as individual
    join fact.reading_score as score on individual.patron_key = score.patron_key and individual.term = score.term
    left join booking on individual.patron_key = booking.patron_key and individual.term = booking.term
    where individual.is_exposed
),

measure as (
    select patron_key, term, level_group, discipline_group, 'presence' as component, cast(stay_days as double) as value from person
    union all
    select patron_key, term, level_group, discipline_group, 'reading' as component, reading_score as value from person
    union all
    select patron_key, term, level_group, discipline_group, 'resource' as component, cast(resource_days as double) as value from person
    union all
    select patron_key, term, level_group, discipline_group, 'booking' as component, cast(bookings_kept as double) as value from person
    union all
    select patron_key, term, level_group, discipline_group, 'event' as component, cast(events_attended as double) as value from person
    union all
    select patron_key, term, level_group, discipline_group, 'growth' as component, learning_growth as value from person
),

placed as (
    select
        patron_key,
        term,
        component,
        value,
        ((rank() over board - 1) / nullif(count(*) over (partition by term, level_group, discipline_group, component), 0) + cume_dist() over board) / 2 as percentile
    from measure
    where value is not null
    window board as (partition by term, level_group, discipline_group, component order by value)
),

scored as (
    select
        placed.patron_key,
        placed.term,
        weight.view,
        max(placed.value) as best_value,
        max(case when placed.component = 'presence' then placed.percentile end) as presence_percentile,
        max(case when placed.component = 'reading' then placed.percentile end) as reading_percentile,
        max(case when placed.component = 'resource' then placed.percentile end) as resource_percentile,
        max(case when placed.component = 'booking' then placed.percentile end) as booking_percentile,
        max(case when placed.component = 'event' then placed.percentile end) as event_percentile,
        max(case when placed.component = 'growth' then placed.percentile end) as growth_percentile,
        cast(100 * sum(cast(weight.weight * placed.percentile as decimal(18, 9))) / nullif(sum(weight.weight), 0) as decimal(9, 6)) as score
    from placed
    join ref.study_weight as weight on placed.component = weight.component
    group by placed.patron_key, placed.term, weight.view
),

consent as (
    select patron_key, is_given
    from clean.consent
    where purpose = 'study_list' and valid_to >= timestamp '9999-12-31 00:00:00'
),

winner as (
    select distinct coalesce(card.patron_key, honour.patron_key) as patron_key, term.term, true as has_won
    from raw.honour as honour
    left join clean.patron_identifier as card
        on honour.patron_key = card.identifier_key
        and honour.awarded_on >= cast(card.valid_from as date)
        and honour.awarded_on < cast(card.valid_to as date)
    join ref.study_rule as rule on rule.rule = 'winner_days'
    join ref.term as term on date_diff('day', honour.awarded_on, term.ends_on) between 0 and rule.value
    where honour.award in ('study_list', 'reading_star')
),

earned as (
    select
        reached.patron_key,
        reached.term,
        string_agg(reached.milestone, ' ' order by milestone.position) as milestones
    from fact.milestone as reached
    join ref.milestone as milestone on reached.milestone = milestone.milestone
    where reached.term is not null
    group by reached.patron_key, reached.term
),

candidate as (
    select
        scored.*,
        person.level_group,
        person.discipline_group,
        person.college,
        person.terms_active,
        earned.milestones,
        coalesce(consent.is_given, false) as is_named,
        case
            when person.doubts <> '' then 'not_eligible'
            when winner.has_won then 'past_winner'
            else 'eligible'
        end as state,
        case when person.doubts <> '' then person.doubts end as reason
    from scored
    join person on scored.patron_key = person.patron_key and scored.term = person.term
    left join consent on scored.patron_key = consent.patron_key
    left join earned on scored.patron_key = earned.patron_key and scored.term = earned.term
    left join winner on scored.patron_key = winner.patron_key and scored.term = winner.term
    where scored.best_value > 0 and person.active_days > 0
),

ranked as (
    select
        *,
        rank() over board as place,
        count(*) over (partition by term, level_group, discipline_group, view, state, score) as tie_size,
        count(*) filter (where state = 'eligible') over (partition by term, level_group, discipline_group, view) as eligible
    from candidate
    window board as (partition by term, level_group, discipline_group, view, state order by score desc)
),

bounded as (
    select
        ranked.*,
        min(case when ranked.state = 'eligible' and ranked.place <= rule.value then ranked.score end)
            over (partition by ranked.term, ranked.level_group, ranked.discipline_group, ranked.view) as last_score
    from ranked
    join ref.study_rule as rule on rule.rule = 'board_top'
    cross join ref.site as site
    where ranked.eligible >= site.small_cell
)

select
    patron_key,
    term,
    view,
    level_group,
    discipline_group,                                                          -- 学科组 | discipline group | all where it is not known
    college,
    case when state = 'eligible' then place end as place,                      -- 名次 | place | among the eligible of the board; equal scores share the better place
    case when state = 'eligible' then tie_size end as tie_size,                -- 并列人数 | tied | people with this score
    eligible,                                                                  -- 有资格人数 | eligible people | on the board #aggregate
    cast(score as double) as score,                                            -- 得分 | score | 0 to 100, weighted mean of the percentiles
    presence_percentile,                                                       -- 到馆百分位 | percentile of days with a stay
    reading_percentile,                                                        -- 阅读百分位 | percentile of the reading score
    resource_percentile,                                                       -- 电子资源百分位 | percentile of days with an electronic resource
    booking_percentile,                                                        -- 履约百分位 | percentile of bookings kept
    event_percentile,                                                          -- 活动百分位 | percentile of events attended
    growth_percentile,                                                         -- 成长百分位 | percentile of change
    concat_ws(' ', case when terms_active >= 8 then 'eight_terms' when terms_active >= 4 then 'four_terms' end, milestones) as badges,  -- 徽章 | badges | four_terms, eight_terms: active in so many; milestones of ref.milestone reached in the term, a streak of weeks among them
    case
        when state <> 'eligible' then state
        when is_named then 'listed'
        else 'candidate_band'
    end as standing,                                                           -- 榜上状态 | standing | listed (consent given), candidate_band (shown as somebody of a college), past_winner or not_eligible
    reason                                                                     -- 原因 | reason | why not eligible: bulk_loans, late_loans, passing_visits
from bounded
where score >= last_score
