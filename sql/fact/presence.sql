-- How each person in scope came to the library in a term: zero where they did not, empty where the gates did not say.
--
-- grain: patron_key, term
-- view: usage
-- check night_share_is_a_share: night_share between 0 and 1
-- check stickiness_is_a_share: stickiness between 0 and 1

with term_total as (
    select
        patron_key,
        term,
        sum(visits) as visits,
        sum(visit_days) as visit_days,
        sum(matched_visits) as matched_visits,
        sum(dwell_minutes) as dwell_minutes,
        sum(clocked_minutes) as clocked_minutes,
        sum(night_minutes) as night_minutes,
        sum(weekend_visits) as weekend_visits,
        sum(timed_visits) as timed_visits,
        sum(early_visits) as early_visits
    from fact.visit_month
    group by all
),

slot as (
    select
        patron_key,
        term,
        visits,
        sum(visits) over (partition by patron_key, term) as total
    from fact.visit_slot
),

rhythm as (
    select
        patron_key,
        term,
        min(total) as total,
        count(*) as slots,
        sum(cast(-(visits / nullif(total, 0)) * log2(nullif(visits / nullif(total, 0), 0)) as decimal(18, 9))) as entropy
    from slot
    group by all
)

select
    roster.patron_key,
    roster.term,
    case when coverage.is_measured then cast(coalesce(term_total.visits, 0) as bigint) end as visits,                -- 到馆次数 | visits | every visit, matched or not
    case when coverage.is_measured then cast(coalesce(term_total.visit_days, 0) as bigint) end as visit_days,        -- 到馆天数 | days visited | a day counts once
    case when coverage.is_measured then cast(coalesce(term_total.dwell_minutes, 0) as bigint) end as dwell_minutes,  -- 在馆时长 | dwell | minutes, where entry and exit are known or a gate system sums them up
    case
        when coverage.is_measured then cast(term_total.matched_visits as double) / nullif(term_total.visits, 0)
    end as dwell_coverage,                                                              -- 时长配对率 | dwell coverage | share of visits whose dwell is known
    case
        when coverage.is_measured then cast(coalesce(term_total.visit_days, 0) as double) / nullif(coverage.open_days, 0)
    end as stickiness,                                                                  -- 用户黏性 | stickiness | days visited over open days
    case
        when coverage.is_measured then cast(term_total.night_minutes as double) / nullif(term_total.clocked_minutes, 0)
    end as night_share,                                                                 -- 夜间占比 | night share | dwell after 22:00 over the dwell of visits whose entry and exit are known
    case
        when coverage.is_measured and term_total.visits >= 8 then cast(term_total.weekend_visits as double) / nullif(term_total.visits, 0)
    end as weekend_share,                                                               -- 非工作日占比 | free-day share | visits on weekends and holidays; from 8 visits on
    case
        when coverage.is_measured and term_total.timed_visits >= 8 then cast(term_total.early_visits as double) / nullif(term_total.timed_visits, 0)
    end as early_share,                                                                 -- 清晨占比 | early share | visits before 8:30; from 8 visits with a known time on
    case
        when coverage.is_measured and rhythm.total >= 10 then greatest(0, 1 - (
            cast(rhythm.entropy as double) + (rhythm.slots - 1) / nullif(2 * rhythm.total * ln(2), 0)
        ) / nullif(log2(nullif(least(rhythm.total, 21), 0)), 0))
    end as regularity                                                                   -- 规律性 | regularity | 1 − entropy over 21 slots of the week (Miller–Madow), 1 being always the same slot; from 10 visits on
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'gate'
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
left join rhythm on roster.patron_key = rhythm.patron_key and roster.term = rhythm.term
