-- One row for each person, term and month with a question, by the kind of source that tells of it.
--
-- The two columns overlap and are never added.
--
-- grain: patron_key, term, month
-- rebuild: month(month)

select
    consultation.patron_key,
    calendar.term,
    cast(date_trunc('month', consultation.opened_on) as date) as month,                                      -- 月份 | month | its first day
    count(*) filter (where consultation.source_kind in ('transcript', 'log')) as recorded_consultations,  -- 系统记录咨询数 | questions recorded | by the systems themselves: transcripts and logs
    count(*) filter (where consultation.source_kind = 'analytics') as noted_consultations                 -- 馆员登记咨询数 | questions noted | by staff
from clean.consultation as consultation
join ref.calendar_day as calendar on consultation.opened_on = calendar.day
where consultation.patron_key is not null and calendar.term is not null
group by all
