-- Where each person stands among named peers in a term, and how that has moved since their term before.
--
-- Peers share level and study year; where they are fewer than the site's peer group, all of the level group are
-- taken, and it is said so.  A percentile is the mid-rank, (below + half of the equal) / n.
--
-- grain: patron_key, term
-- view: growth
-- check percentiles_are_shares: visit_percentile between 0 and 1
-- check the_index_is_a_share: use_index between 0 and 1

with exposed as (
    select
        roster.patron_key,
        roster.term,
        roster.level,
        roster.level_group,
        coalesce(roster.study_year, 0) as study_year,
        presence.visit_days,
        presence.dwell_minutes,
        reading.loans,
        space_use.bookings,
        activity.active_days
    from fact.roster as roster
    join fact.presence as presence on roster.patron_key = presence.patron_key and roster.term = presence.term
    join fact.reading as reading on roster.patron_key = reading.patron_key and roster.term = reading.term
    join fact.space_use as space_use on roster.patron_key = space_use.patron_key and roster.term = space_use.term
    join fact.activity as activity on roster.patron_key = activity.patron_key and roster.term = activity.term
    where roster.is_exposed
),

ranked as (
    select
        *,
        count(*) over (partition by term, level, study_year) as near_peers,
        count(*) over (partition by term, level_group) as wide_peers,
        rank() over near_visit as near_visit_rank,
        cume_dist() over near_visit as near_visit_below,
        rank() over wide_visit as wide_visit_rank,
        cume_dist() over wide_visit as wide_visit_below,
        rank() over near_dwell as near_dwell_rank,
        cume_dist() over near_dwell as near_dwell_below,
        rank() over wide_dwell as wide_dwell_rank,
        cume_dist() over wide_dwell as wide_dwell_below,
        rank() over near_loan as near_loan_rank,
        cume_dist() over near_loan as near_loan_below,
        rank() over wide_loan as wide_loan_rank,
        cume_dist() over wide_loan as wide_loan_below,
        rank() over near_booking as near_booking_rank,
        cume_dist() over near_booking as near_booking_below,
        rank() over wide_booking as wide_booking_rank,
        cume_dist() over wide_booking as wide_booking_below
    from exposed
    window
        near_visit as (partition by term, level, study_year order by visit_days),
        wide_visit as (partition by term, level_group order by visit_days),
        near_dwell as (partition by term, level, study_year order by dwell_minutes),
        wide_dwell as (partition by term, level_group order by dwell_minutes),
        near_loan as (partition by term, level, study_year order by loans),
        wide_loan as (partition by term, level_group order by loans),
        near_booking as (partition by term, level, study_year order by bookings),
        wide_booking as (partition by term, level_group order by bookings)
),

placed as (
    select
        ranked.patron_key,
        ranked.term,
        ranked.visit_days,
        ranked.loans,
        ranked.active_days,
        case
            when near_peers >= site.peer_group then concat_ws(' ', level, cast(study_year as varchar))
            when wide_peers >= site.peer_group then level_group
        end as peer_group,
        case when near_peers >= site.peer_group then near_peers when wide_peers >= site.peer_group then wide_peers end as peers,
        case
            when visit_days is null then cast(null as double)
            when near_peers >= site.peer_group then ((near_visit_rank - 1) / nullif(near_peers, 0) + near_visit_below) / 2
            when wide_peers >= site.peer_group then ((wide_visit_rank - 1) / nullif(wide_peers, 0) + wide_visit_below) / 2
        end as visit_percentile,
        case
            when dwell_minutes is null then cast(null as double)
            when near_peers >= site.peer_group then ((near_dwell_rank - 1) / nullif(near_peers, 0) + near_dwell_below) / 2
            when wide_peers >= site.peer_group then ((wide_dwell_rank - 1) / nullif(wide_peers, 0) + wide_dwell_below) / 2
        end as dwell_percentile,
        case
            when loans is null then cast(null as double)
            when near_peers >= site.peer_group then ((near_loan_rank - 1) / nullif(near_peers, 0) + near_loan_below) / 2
            when wide_peers >= site.peer_group then ((wide_loan_rank - 1) / nullif(wide_peers, 0) + wide_loan_below) / 2
        end as loan_percentile,
        case
            when bookings is null then cast(null as double)
            when near_peers >= site.peer_group then ((near_booking_rank - 1) / nullif(near_peers, 0) + near_booking_below) / 2
            when wide_peers >= site.peer_group then ((wide_booking_rank - 1) / nullif(wide_peers, 0) + wide_booking_below) / 2
        end as booking_percentile
    from ranked
    cross join ref.site as site
),

indexed as (
    select
        placed.*,
        term.starts_on,
        (coalesce(visit_percentile, 0) + coalesce(dwell_percentile, 0) + coalesce(loan_percentile, 0) + coalesce(booking_percentile, 0)) / nullif(
            case when visit_percentile is null then 0 else 1 end + case when dwell_percentile is null then 0 else 1 end
            + case when loan_percentile is null then 0 else 1 end + case when booking_percentile is null then 0 else 1 end, 0
        ) as use_index,
        concat(
            case when visit_percentile is null then '-' else 'v' end, case when dwell_percentile is null then '-' else 'd' end,
            case when loan_percentile is null then '-' else 'l' end, case when booking_percentile is null then '-' else 'b' end
        ) as index_parts
    from placed
    join ref.term as term on placed.term = term.term
),

moved as (
    select
        *,
        lag(index_parts) over person as previous_parts,
        lag(use_index) over person as previous_index,
        lag(visit_days) over person as previous_visit_days,
        lag(loans) over person as previous_loans,
        sum(case when active_days >= 2 then 1 else 0 end) over (partition by patron_key order by starts_on rows between unbounded preceding and current row) as terms_active
    from indexed
    window person as (partition by patron_key order by starts_on)
)

select
    roster.patron_key,
    roster.term,
    moved.peer_group,                                                        -- 同群体 | peer group | level and study year, or the level group where those are too few
    moved.peers,                                                             -- 同群体人数 | peers #aggregate
    moved.visit_percentile,                                                  -- 到馆百分位 | visit percentile | of days visited
    moved.dwell_percentile,                                                  -- 时长百分位 | dwell percentile
    moved.loan_percentile,                                                   -- 借阅百分位 | loan percentile
    moved.booking_percentile,                                                -- 预约百分位 | booking percentile
    moved.use_index,                                                         -- 综合利用指数 | use index | mean of the percentiles that are measured, equally weighted
    case
        when moved.index_parts = moved.previous_parts then moved.use_index - moved.previous_index
    end as use_index_change,                                                 -- 综合利用变化 | change of use index | since the person's term before, where the same percentiles make both
    moved.visit_days - moved.previous_visit_days as visit_days_change,       -- 到馆天数变化 | change of days visited | since the person's term before
    moved.loans - moved.previous_loans as loans_change,                      -- 借阅变化 | change of loans | since the person's term before
    cast(moved.terms_active as bigint) as terms_active                       -- 活跃学期数 | terms active | terms so far with two active days or more
from fact.roster as roster
left join moved on roster.patron_key = moved.patron_key and roster.term = moved.term
