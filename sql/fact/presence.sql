-- How each person in scope came to the library in a term: zero where they did not, empty where the gates did not say.
--
-- Hours of presence are known from gates that see people leave and from seats with check-in and check-out: where the
-- gates are measured, or seats are and no gate is read at all, since gates with gaps would tell a part as the whole.  They
-- are empty in a term without a single stay of known length (gates that see entries alone) and for a person whose
-- stays all have an unknown length; zero is said only of those whom a measured gate did not see.
--
-- Stickiness is held against the open days on which the person was here, so that who enters, leaves or comes back in the
-- middle of a term is not called less constant for it.
--
-- grain: patron_key, term
-- view: usage
-- rebuild: term(term)
-- check night_share_is_a_share: night_share between 0 and 1
-- check exam_share_is_a_share: exam_share between 0 and 1
-- check stickiness_is_a_share: stickiness between 0 and 1
-- check parts_of_the_day_are_parts: morning_share + afternoon_share + evening_share between 0.999999 and 1.000001
-- check presence_is_not_negative: presence_hours >= 0
-- check long_stays_are_the_longer_ones: dwell_p90 >= dwell_median

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
        sum(exam_visits) as exam_visits,
        sum(timed_visits) as timed_visits,
        sum(early_visits) as early_visits
    from fact.visit_month
    group by all
),

presence_total as (
    select patron_key, term, sum(presence_minutes) as presence_minutes
    from fact.presence_month
    group by all
),

stay as (
    select
        visit.patron_key,
        calendar.term,
        count(*) as stays,
        quantile_cont(visit.dwell_minutes, 0.5) as median_minutes,
        quantile_cont(visit.dwell_minutes, 0.9) as long_minutes
    from clean.visit as visit
    join ref.calendar_day as calendar on visit.service_date = calendar.day
    where calendar.term is not null and visit.match_status = 'matched'
    group by all
),

slot_total as (
    select patron_key, term, weekday, part_of_day, cast(sum(visits) as bigint) as visits
    from fact.visit_slot
    group by all
),

timed as (
    select patron_key, term, sum(visits) as total
    from slot_total
    group by all
),

slot as (
    select slot_total.patron_key, slot_total.term, slot_total.visits, slot_total.part_of_day, timed.total
    from slot_total
    join timed on slot_total.patron_key = timed.patron_key and slot_total.term = timed.term
),

rhythm as (
    select
        patron_key,
        term,
        min(total) as total,
        sum(case when part_of_day = 'morning' then visits else 0 end) as mornings,
        sum(case when part_of_day = 'afternoon' then visits else 0 end) as afternoons,
        sum(case when part_of_day = 'evening' then visits else 0 end) as evenings,
        count(*) as slots,
        sum(cast(-(visits / nullif(total, 0)) * log2(nullif(visits / nullif(total, 0), 0)) as decimal(18, 9))) as entropy
    from slot
    group by all
),

open_day as (
    select day, term, sum(case when is_open then 1 else 0 end) over (partition by term order by day) as so_far
    from ref.calendar_day
    where term is not null
),

span as (
    select term.term, term.starts_on, so_far.until_on as ends_on
    from (select distinct term from fact.roster) as asked
    join ref.term as term on asked.term = term.term
    join ref.term_so_far as so_far on term.term = so_far.term
),

spell as (
    select
        enrolment.patron_key,
        span.term,
        span.starts_on,
        greatest(enrolment.valid_from, span.starts_on) as here_from,
        least(cast(enrolment.valid_to - 1 as date), span.ends_on) as here_until
    from clean.enrolment as enrolment
    join span on enrolment.valid_from <= span.ends_on and enrolment.valid_to > span.starts_on
    where enrolment.status = 'active'
),

exposure as (
    select
        spell.patron_key,
        spell.term,
        sum(until.so_far - case when spell.here_from > spell.starts_on then coalesce(before.so_far, 0) else 0 end) as open_days
    from spell
    join open_day as until on spell.term = until.term and spell.here_until = until.day
    left join open_day as before on spell.term = before.term and cast(spell.here_from - 1 as date) = before.day
    group by spell.patron_key, spell.term
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
    case when coverage.is_measured and stay.stays >= 5 then stay.median_minutes end as dwell_median,  -- 单次时长中位数 | median stay | minutes, of visits with an entry and its exit; from 5 on
    case when coverage.is_measured and stay.stays >= 5 then stay.long_minutes end as dwell_p90,       -- 单次时长九成分位 | long stay | minutes that nine in ten visits do not exceed, of visits with an entry and its exit; from 5 on
    case
        when not (coalesce(coverage.is_measured, false) or (coalesce(space.is_measured, false) and coalesce(coverage.covered_days, 0) = 0)) then null
        when presence_total.presence_minutes is not null then cast(presence_total.presence_minutes as double) / 60
        when coverage.is_measured and term_total.visits is null and count(presence_total.presence_minutes) over (partition by roster.term) > 0 then 0
    end as presence_hours,                                                              -- 在馆学习时长 | hours of presence | gate and seat stays of known length, their overlap counted once
    case
        when coverage.is_measured and exposure.open_days > 0
            then least(1, cast(coalesce(term_total.visit_days, 0) as double) / nullif(exposure.open_days, 0))
    end as stickiness,                                                                  -- 用户黏性 | stickiness | days visited over the open days on which the person was here; empty for who was away all term
    case
        when coverage.is_measured then cast(term_total.night_minutes as double) / nullif(term_total.clocked_minutes, 0)
    end as night_share,                                                                 -- 夜间占比 | night share | dwell after 22:00 over the dwell of visits whose entry and exit are known
    case
        when coverage.is_measured and term_total.visits >= 8 then cast(term_total.weekend_visits as double) / nullif(term_total.visits, 0)
    end as weekend_share,                                                               -- 非工作日占比 | free-day share | visits on weekends and holidays; from 8 visits on
    case
        when coverage.is_measured then cast(term_total.exam_visits as double) / nullif(term_total.visits, 0)
    end as exam_share,                                                                  -- 考试周占比 | exam share | visits in the exam weeks over visits
    case
        when coverage.is_measured and term_total.timed_visits >= 8 then cast(term_total.early_visits as double) / nullif(term_total.timed_visits, 0)
    end as early_share,                                                                 -- 清晨占比 | early share | visits before 8:30; from 8 visits with a known time on
    case
        when coverage.is_measured and rhythm.total >= 8 then cast(rhythm.mornings as double) / nullif(rhythm.total, 0)
    end as morning_share,                                                               -- 上午占比 | morning share | visits before 12:00; from 8 visits with a known time on
    case
        when coverage.is_measured and rhythm.total >= 8 then cast(rhythm.afternoons as double) / nullif(rhythm.total, 0)
    end as afternoon_share,                                                             -- 下午占比 | afternoon share | visits from 12:00 to 18:00; from 8 visits with a known time on
    case
        when coverage.is_measured and rhythm.total >= 8 then cast(rhythm.evenings as double) / nullif(rhythm.total, 0)
    end as evening_share,                                                               -- 晚间占比 | evening share | visits after 18:00; from 8 visits with a known time on
    case
        when coverage.is_measured and rhythm.total >= 10 then greatest(0, 1 - (
            cast(rhythm.entropy as double) + (rhythm.slots - 1) / nullif(2 * rhythm.total * ln(2), 0)
        ) / nullif(log2(nullif(least(rhythm.total, 21), 0)), 0))
    end as regularity                                                                   -- 规律性 | regularity | 1 − entropy over 21 slots of the week (Miller–Madow), 1 being always the same slot; from 10 visits on
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'gate'
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
left join exposure on roster.patron_key = exposure.patron_key and roster.term = exposure.term
left join rhythm on roster.patron_key = rhythm.patron_key and roster.term = rhythm.term
left join ref.coverage_term as space on roster.term = space.term and space.feed = 'space'
left join presence_total on roster.patron_key = presence_total.patron_key and roster.term = presence_total.term
left join stay on roster.patron_key = stay.patron_key and roster.term = stay.term
