-- One row for each person, term and month with a loan begun or a loan due.
--
-- A loan counts in the term in which it began; being overdue counts in the term in which it was due, unless it is not
-- known whether it came back in time.
--
-- grain: patron_key, term, month
-- rebuild: month(month)
-- reads clean.loan: loaned_on or due_at
-- follows ref.past_day: due_at

with event as (
    select
        patron_key,
        loaned_on as day,
        1 as loans,
        renewals,
        case when renewals > 0 then 1 when renewals = 0 then 0 end as renewed,
        0 as due,
        0 as overdue
    from clean.loan
    where patron_key is not null and loaned_on is not null
    union all
    select
        loan.patron_key,
        cast(loan.due_at as date) as day,
        0 as loans,
        cast(null as integer) as renewals,
        cast(null as integer) as renewed,
        1 as due,
        case when loan.was_overdue or (loan.is_out and past.day is not null) then 1 else 0 end as overdue
    from clean.loan as loan
    left join ref.past_day as past on cast(loan.due_at as date) = past.day
    where loan.patron_key is not null and loan.due_at is not null and (loan.was_overdue is not null or loan.is_out)
)

select
    event.patron_key,
    calendar.term,
    cast(date_trunc('month', event.day) as date) as month,                     -- 月份 | month | its first day
    sum(event.loans) as loans,                                                 -- 借阅册次 | loans | begun in the month, renewals not counted
    sum(event.renewals) as renewals,                                           -- 续借次数 | renewals
    sum(event.renewed) as renewed_loans,                                       -- 续借册次 | loans renewed | at least once; empty where the system does not say
    sum(event.due) as loans_due,                                               -- 到期册次 | loans due
    sum(event.overdue) as loans_overdue,                                       -- 逾期册次 | loans overdue | of those due
    count(distinct case when event.loans = 1 then event.day end) as loan_days  -- 借书天数 | days with a loan
from event
join ref.calendar_day as calendar on event.day = calendar.day
where calendar.term is not null
group by all
