-- How each person in scope took part in a term: events, questions, service given; zero where not, empty where nothing says so.
--
-- A feed that covers a term but names no reader of it (head counts, questions without names, registrations that never
-- say who came) measures nobody.
--
-- grain: patron_key, term
-- view: usage
-- rebuild: term(term)
-- check nothing_is_negative: least(events_attended, training_hours, consultations, guidance, contribution_hours) >= 0

with attendance as (
    select
        patron_key,
        term,
        sum(events_attended) as events_attended,
        sum(events_attended + events_missed) as events_said,
        sum(training_minutes) as training_minutes,
        sum(untimed_trainings) as untimed_trainings
    from fact.attendance_month
    group by patron_key, term
),

consultation as (
    select
        patron_key,
        term,
        case when sum(recorded_consultations) > 0 then sum(recorded_consultations) else sum(noted_consultations) end as consultations
    from fact.consultation_month
    group by patron_key, term
),

contribution as (
    select
        patron_key,
        term,
        sum(shifts) as shifts,
        case when sum(untimed_shifts) = 0 then sum(hours) end as hours
    from fact.contribution_month
    group by patron_key, term
),

person as (
    select
        roster.patron_key,
        roster.term,
        attendance.events_attended,
        attendance.training_minutes,
        attendance.untimed_trainings,
        consultation.consultations,
        contribution.shifts,
        contribution.hours,
        event_feed.is_measured and sum(attendance.events_said) over everyone > 0 as has_events,
        consultation_feed.is_measured and sum(consultation.consultations) over everyone > 0 as has_consultations,
        contribution_feed.is_measured and sum(contribution.shifts) over everyone > 0 as has_contributions
    from fact.roster as roster
    left join ref.coverage_term as event_feed on roster.term = event_feed.term and event_feed.feed = 'event'
    left join ref.coverage_term as consultation_feed on roster.term = consultation_feed.term and consultation_feed.feed = 'consultation'
    left join ref.coverage_term as contribution_feed on roster.term = contribution_feed.term and contribution_feed.feed = 'contribution'
    left join attendance on roster.patron_key = attendance.patron_key and roster.term = attendance.term
    left join consultation on roster.patron_key = consultation.patron_key and roster.term = consultation.term
    left join contribution on roster.patron_key = contribution.patron_key and roster.term = contribution.term
    window everyone as (partition by roster.term)
)

select
    patron_key,
    term,
    case when has_events then cast(coalesce(events_attended, 0) as bigint) end as events_attended,  -- 参加活动场次 | events attended | only where it says so; an event counts once
    case
        when has_events and coalesce(untimed_trainings, 0) = 0 then cast(coalesce(training_minutes, 0) as double) / 60
    end as training_hours,                                                                          -- 培训时长 | training hours | of trainings attended; empty where the length of one is unknown
    case when has_consultations then cast(coalesce(consultations, 0) as bigint) end as consultations,  -- 咨询次数 | consultations | as the systems recorded them; as staff noted them where no system did
    case
        when has_events or has_consultations then cast(case when has_events then coalesce(events_attended, 0) else 0 end + case when has_consultations then coalesce(consultations, 0) else 0 end as bigint)
    end as guidance,                                                                                -- 活动与咨询次数 | events and consultations | attended and asked, as far as either is measured
    case
        when has_contributions and shifts is null then 0
        when has_contributions then cast(hours as double)
    end as contribution_hours                                                                       -- 服务时长 | hours of service | given as volunteer or student assistant; empty where the length of a shift is unknown
from person
