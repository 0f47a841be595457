-- Where each person stands in their life with the library in a teaching term: one state of seven, or none.
--
-- Active means seen on as many days as the site's floor asks.  Only terms are compared in which the person was here and
-- activity was measured; a term away, a term not measured and a summer term have no state and are no gap.  While a term
-- runs and the site's weeks have not passed, or where a feed that other terms have is missing, absence cannot be told:
-- whoever was not seen to be active has no state, and nobody is at risk.  The first day of a term is no evidence against
-- anyone, and a share of such a term would count only those who came.  At risk rests on growth among peers alone: a
-- recency beyond four in five of one's own gaps is met by one steady reader in ten at any term's end, most of whom come back.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- reads fact.roster: earlier of patron_key
-- reads fact.activity: earlier
-- reads fact.growth: earlier
-- reads ref.term_so_far: earlier
-- view: growth
-- check state_is_known: lifecycle_state in ('never', 'new', 'active', 'at_risk', 'returning', 'dormant', 'lapsed')

with teaching as (
    select
        term.term,
        term.starts_on,
        so_far.is_heard_in_full
            and so_far.until_on >= least(term.ends_on, term.week1_monday + 7 * site.dormant_after_weeks) as tells_absence
    from ref.term as term
    join ref.term_so_far as so_far on term.term = so_far.term
    cross join ref.site as site
    where term.season <> 'summer'
),

counted as (
    select
        roster.patron_key,
        roster.term,
        teaching.starts_on,
        teaching.tells_absence,
        growth.learning_growth,
        activity.active_days >= site.active_days_floor as is_active
    from fact.roster as roster
    join teaching on roster.term = teaching.term
    join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
    cross join ref.site as site
    left join fact.growth as growth on roster.patron_key = growth.patron_key and roster.term = growth.term
    where roster.is_exposed
        and activity.active_days is not null
        and (activity.active_days >= site.active_days_floor or teaching.tells_absence)
),

compared as (
    select
        *,
        row_number() over person as terms_exposed,
        lag(is_active) over person as was_active,
        sum(case when is_active then 1 else 0 end) over person as terms_active
    from counted
    window person as (partition by patron_key order by starts_on)
),

judged as (
    select
        *,
        case
            when terms_active = 0 then 'never'
            when is_active and terms_active = 1 then 'new'
            when is_active and was_active and tells_absence and learning_growth <= -1 then 'at_risk'
            when is_active and was_active then 'active'
            when is_active then 'returning'
            when was_active then 'dormant'
            else 'lapsed'
        end as state
    from compared
),

told as (
    select
        *,
        lag(state) over (partition by patron_key order by starts_on) as previous,
        lag(term) over (partition by patron_key order by starts_on) as previous_term
    from judged
)

select
    roster.patron_key,
    roster.term,
    told.state as lifecycle_state,                             -- 生命周期状态 | lifecycle state | never, new (first active term), active, at_risk (active, growth −1 or less), returning (active after a gap), dormant (active the term before), lapsed; empty where not judged
    told.previous as previous_state,                           -- 上一状态 | previous state | in the person's last term that was judged
    told.previous_term,                                        -- 上一判定学期 | previous judged term
    teaching.tells_absence as absence_is_told,                 -- 可判缺席 | absence is told | whether the term is far enough and measured well enough to say who was not active; empty in a summer term
    cast(told.terms_exposed as bigint) as terms_exposed        -- 在校学期数 | terms exposed | teaching terms here so far whose activity was judged
from fact.roster as roster
left join teaching on roster.term = teaching.term
left join told on roster.patron_key = told.patron_key and roster.term = told.term
