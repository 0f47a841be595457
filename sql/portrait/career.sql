-- One row for each person: all their terms together, from the first to the last day received.
--
-- A total is taken over the terms in which a thing was measured, and the share of such terms stands beside it.  A slope is
-- the median of all changes per term between two of the person's terms (Theil–Sen), over semesters in which they were here;
-- a semester that was not measured takes no part, but time passes through it, and days of one that still runs are not set
-- beside those of a whole one.  Three measured semesters are the fewest.
--
-- grain: patron_key
-- rebuild: term(last_term)
-- reads portrait.individual: earlier of patron_key
-- reads ref.term_so_far: earlier
-- check nothing_is_negative: least(visits_total, loans_total, bookings_total) >= 0
-- check a_share_of_terms_is_a_share: visits_measured_share between 0 and 1

with final as (
    select last.patron_key, last.term, term.starts_on
    from fact.last_term as last
    join ref.term as term on last.term = term.term
),

dated as (
    select individual.*, term.academic_year, term.season, term.starts_on, so_far.is_running
    from portrait.individual as individual
    join ref.term as term on individual.term = term.term
    join ref.term_so_far as so_far on individual.term = so_far.term
),

summed as (
    select
        final.patron_key,
        final.term as last_term,
        min(dated.starts_on) as first_on,
        count(*) as terms_in_scope,
        count(*) filter (where dated.is_exposed) as terms_exposed,
        coalesce(max(dated.terms_active), 0) as terms_active,
        max(cast(left(dated.academic_year, 4) as integer) - dated.study_year + 1) as entry_year,
        sum(dated.visits) as visits,
        sum(dated.visit_days) as visit_days,
        sum(dated.dwell_minutes) as dwell_minutes,
        sum(dated.loans) as loans,
        sum(dated.bookings) as bookings,
        sum(cast(dated.resource_hours as decimal(18, 6))) as resource_hours,
        sum(dated.events_attended) as events_attended,
        sum(cast(dated.contribution_hours as decimal(18, 6))) as contribution_hours,
        count(dated.visits) as visits_measured,
        count(dated.loans) as loans_measured,
        count(dated.bookings) as bookings_measured,
        count(dated.resource_hours) as resource_hours_measured,
        count(dated.events_attended) as events_measured,
        count(dated.contribution_hours) as contribution_hours_measured
    from final
    join dated on final.patron_key = dated.patron_key and dated.starts_on <= final.starts_on
    group by final.patron_key, final.term
),

step as (
    select
        final.patron_key,
        final.term as last_term,
        case when not dated.is_running then dated.visit_days end as visit_days,
        dated.active_week_share,
        dated.breadth_rarefied,
        dated.own_field_share,
        row_number() over (partition by final.patron_key, final.term order by dated.starts_on) as step
    from final
    join dated on final.patron_key = dated.patron_key and dated.starts_on <= final.starts_on
    where dated.is_exposed and dated.season <> 'summer'
),

slope as (
    select
        later.patron_key,
        later.last_term,
        case when count(later.visit_days - earlier.visit_days) >= 3 then median((later.visit_days - earlier.visit_days) / nullif(later.step - earlier.step, 0)) end as visit_days_slope,
        case when count(later.active_week_share - earlier.active_week_share) >= 3 then median((later.active_week_share - earlier.active_week_share) / nullif(later.step - earlier.step, 0)) end as active_week_slope,
        case when count(later.breadth_rarefied - earlier.breadth_rarefied) >= 3 then median((later.breadth_rarefied - earlier.breadth_rarefied) / nullif(later.step - earlier.step, 0)) end as breadth_slope,
        case when count(later.own_field_share - earlier.own_field_share) >= 3 then median((later.own_field_share - earlier.own_field_share) / nullif(later.step - earlier.step, 0)) end as own_field_slope
    from step as later
    join step as earlier
        on later.patron_key = earlier.patron_key and later.last_term = earlier.last_term and later.step > earlier.step
    group by later.patron_key, later.last_term
),

semester as (
    select
        patron_key,
        last_term,
        count(*) filter (where coalesce(visit_days, active_week_share, breadth_rarefied, own_field_share) is not null) as slope_terms
    from step
    group by patron_key, last_term
)

select
    summed.patron_key,
    first.term as first_term,                                              -- 首个学期 | first term | in scope
    summed.last_term,                                                      -- 最近学期 | last term | in scope
    cast(summed.terms_in_scope as bigint) as terms_in_scope,               -- 在册学期数 | terms in scope
    cast(summed.terms_exposed as bigint) as terms_exposed,                 -- 在校学期数 | terms here | rather than on leave or abroad
    cast(summed.terms_active as bigint) as terms_active,                   -- 活跃学期数 | terms active | with two active days or more
    summed.entry_year,                                                     -- 入学年份 | entry year | academic year in which the latest programme began
    cast(summed.visits as bigint) as visits_total,                         -- 累计到馆次数 | visits in all | over the terms measured
    cast(summed.visit_days as bigint) as visit_days_total,                 -- 累计到馆天数 | days visited in all | over the terms measured
    cast(summed.dwell_minutes as double) / 60 as dwell_hours_total,        -- 累计在馆时长 | hours in the library in all | of visits whose dwell is known
    cast(summed.loans as bigint) as loans_total,                           -- 累计借阅册次 | loans in all | over the terms measured
    cast(summed.bookings as bigint) as bookings_total,                     -- 累计预约次数 | bookings in all | over the terms measured
    cast(summed.resource_hours as double) as resource_hours_total,         -- 累计电子资源使用时长 | hours with electronic resources in all | over the terms measured
    cast(summed.events_attended as bigint) as events_total,                -- 累计参加活动 | events attended in all | over the terms measured
    cast(summed.contribution_hours as double) as contribution_hours_total, -- 累计服务时长 | hours of service in all | over the terms measured
    cast(summed.visits_measured as double) / nullif(summed.terms_in_scope, 0) as visits_measured_share,                      -- 到馆可测学期占比 | share of terms with visits measured
    cast(summed.loans_measured as double) / nullif(summed.terms_in_scope, 0) as loans_measured_share,                        -- 借阅可测学期占比 | share of terms with loans measured
    cast(summed.bookings_measured as double) / nullif(summed.terms_in_scope, 0) as bookings_measured_share,                  -- 预约可测学期占比 | share of terms with bookings measured
    cast(summed.resource_hours_measured as double) / nullif(summed.terms_in_scope, 0) as resource_hours_measured_share,      -- 电子资源可测学期占比 | share of terms with electronic resources measured
    cast(summed.events_measured as double) / nullif(summed.terms_in_scope, 0) as events_measured_share,                      -- 活动可测学期占比 | share of terms with events measured
    cast(summed.contribution_hours_measured as double) / nullif(summed.terms_in_scope, 0) as contribution_hours_measured_share, -- 服务可测学期占比 | share of terms with hours of service measured
    case when summed.visits > 0 then 1 else 0 end + case when summed.loans > 0 then 1 else 0 end
        + case when summed.bookings > 0 then 1 else 0 end + case when summed.resource_hours > 0 then 1 else 0 end
        + case when summed.events_attended > 0 then 1 else 0 end as milestones_reached,     -- 已达成首次数 | firsts reached | of first visit, loan, booking, electronic resource and event
    case when summed.visits is null then 0 else 1 end + case when summed.loans is null then 0 else 1 end
        + case when summed.bookings is null then 0 else 1 end + case when summed.resource_hours is null then 0 else 1 end
        + case when summed.events_attended is null then 0 else 1 end as milestones_measured, -- 可测首次数 | firsts measured | how many of the five could be seen at all
    slope.visit_days_slope,                                                -- 到馆天数趋势 | trend of days visited | days per semester
    slope.active_week_slope,                                               -- 活跃周占比趋势 | trend of the share of active weeks | per semester
    slope.breadth_slope,                                                   -- 阅读广度趋势 | trend of breadth | classes in five loans, per semester
    slope.own_field_slope,                                                 -- 本学科占比趋势 | trend of the share of own field | per semester
    cast(coalesce(semester.slope_terms, 0) as bigint) as slope_terms       -- 趋势学期数 | semesters in the trends | here, with visits or reading measured
from summed
join ref.term as first on summed.first_on = first.starts_on
left join slope on summed.patron_key = slope.patron_key and summed.last_term = slope.last_term
left join semester on summed.patron_key = semester.patron_key and summed.last_term = semester.last_term
