-- One row for each group of readers, term and component of their relationship with the library: how much of it there is.
--
-- A share of some of the group is empty for fewer than the small cell.
--
-- grain: group_type, group_code, term, component
-- rebuild: term(term)
-- reads fact.activity: earlier
-- persons: persons
-- counts: members

with term as (
    select term, lag(term) over (order by starts_on) as previous
    from ref.term
),

answered as (
    select distinct response.patron_key, calendar.term, 1 as has_answered
    from clean.response as response
    join ref.calendar_day as calendar on cast(response.submitted_at as date) = calendar.day
    where response.patron_key is not null and calendar.term is not null
),

ticket as (
    select
        ticket.patron_key,
        calendar.term,
        count(*) as tickets,
        count(*) filter (where ticket.days_to_answer <= 7) as answered_soon
    from clean.ticket as ticket
    join ref.calendar_day as calendar on ticket.opened_on = calendar.day
    where ticket.patron_key is not null and calendar.term is not null
    group by ticket.patron_key, calendar.term
),

contact as (
    select contact.patron_key, calendar.term, count(*) as contacts
    from clean.contact as contact
    join ref.calendar_day as calendar on contact.contacted_on = calendar.day
    where calendar.term is not null
    group by contact.patron_key, calendar.term
),

person as (
    select
        individual.*,
        answered.has_answered,
        max(answered.has_answered) over (partition by individual.term) as has_survey,
        ticket.tickets,
        ticket.answered_soon,
        contact.contacts,
        case when before.active_days >= 2 and individual.active_days is not null then case when individual.active_days >= 2 then 1 else 0 end end as is_retained
    from portrait.individual as individual
    join term on individual.term = term.term
    left join answered on individual.patron_key = answered.patron_key and individual.term = answered.term
    left join ticket on individual.patron_key = ticket.patron_key and individual.term = ticket.term
    left join contact on individual.patron_key = contact.patron_key and individual.term = contact.term
    left join fact.activity as before on individual.patron_key = before.patron_key and term.previous = before.term
),

grouped as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        count(*) as persons,
        case when max(person.has_survey) = 1 then cast(sum(coalesce(person.has_answered, 0)) as double) / nullif(count(*), 0) end as survey_response,
        case when count(person.tickets) >= min(site.small_cell) then cast(sum(person.answered_soon) as double) / nullif(sum(person.tickets), 0) end as tickets_answered,
        case
            when count(person.contacts) >= min(site.small_cell)
                then cast(sum(coalesce(person.tickets, 0) + coalesce(person.consultations, 0)) as double)
                    / nullif(sum(coalesce(person.tickets, 0) + coalesce(person.consultations, 0) + coalesce(person.contacts, 0)), 0)
        end as reader_initiated,
        cast(count(*) filter (where person.active_days > 0) as double) / nullif(count(person.active_days), 0) as active_rate,
        avg(cast(person.stickiness as decimal(18, 9))) as stickiness,
        case when count(person.regularity) >= min(site.small_cell) then avg(cast(person.regularity as decimal(18, 9))) end as regularity,
        case when count(person.breadth) >= min(site.small_cell) then avg(cast(person.breadth as decimal(18, 9))) end as breadth,
        cast(count(*) filter (where person.role <> 'user') as double) / nullif(count(person.role), 0) as participants,
        cast(count(*) filter (where person.role in ('contributor', 'partner')) as double) / nullif(count(person.role), 0) as contributors,
        case when count(person.is_retained) >= min(site.small_cell) then cast(sum(person.is_retained) as double) / nullif(count(person.is_retained), 0) end as retention
    from fact.membership as membership
    join person on membership.patron_key = person.patron_key and membership.term = person.term
    cross join ref.site as site
    group by membership.group_type, membership.group_code, membership.term
)

select
    grouped.group_type,  -- 组别 | kind of group | cohort, discipline, college, major or class #aggregate
    grouped.group_code,  -- 组 | group | a cohort of ref.cohort, or the name of a unit #aggregate
    grouped.term,        -- 学期 | term #aggregate
    grouped.persons,     -- 人数 | people | in the group and here this term #aggregate
    weight.axis,         -- 关系维度 | axis | interaction, cohesion, collaboration or stability #aggregate
    weight.component,    -- 分项 | component | of ref.relationship_weight #aggregate
    weight.weight,       -- 权重 | weight | within the axis #aggregate
    cast(case weight.component
        when 'survey_response' then grouped.survey_response
        when 'tickets_answered' then grouped.tickets_answered
        when 'reader_initiated' then grouped.reader_initiated
        when 'active_rate' then grouped.active_rate
        when 'stickiness' then grouped.stickiness
        when 'regularity' then grouped.regularity
        when 'breadth' then grouped.breadth
        when 'participants' then grouped.participants
        when 'contributors' then grouped.contributors
        when 'retention' then grouped.retention
    end as double) as value  -- 取值 | value | in the component's own unit, more being better; empty where it was not measured #aggregate #index
from grouped
cross join ref.relationship_weight as weight
