-- One row for each group of readers, term and component of their relationship with the library, on four axes.
--
-- The axes are interaction (双向互动), cohesion (高度黏合), collaboration (协同共赢) and stability (持续稳定).  A component
-- stands as the mid-rank of its value among the group's own last eight terms, so that a group is held against itself
-- and not against others; an axis is the mean of its components that were measured, weighted by ref.relationship_weight.
-- A component of one term only has no rank yet.  A share of some of the group is empty for fewer than the small cell.
--
-- grain: group_type, group_code, term, component
-- check percentiles_are_percentiles: percentile between 0 and 100
-- check axis_scores_are_percentiles: axis_score between 0 and 100
-- check the_last_eight_terms_are_no_more: terms_compared <= 8
-- persons: persons
-- counts: members

with term as (
    select term, row_number() over (order by starts_on) as number
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

before as (
    select
        activity.patron_key,
        term.number + 1 as number,
        case when activity.active_days >= 2 then 1 when activity.active_days is not null then 0 end as was_active
    from fact.activity as activity
    join term on activity.term = term.term
),

person as (
    select
        individual.*,
        term.number,
        answered.has_answered,
        max(answered.has_answered) over (partition by individual.term) as has_survey,
        ticket.tickets,
        ticket.answered_soon,
        contact.contacts,
        case when before.was_active = 1 and individual.active_days is not null then case when individual.active_days >= 2 then 1 else 0 end end as is_retained
    from portrait.individual as individual
    join term on individual.term = term.term
    left join answered on individual.patron_key = answered.patron_key and individual.term = answered.term
    left join ticket on individual.patron_key = ticket.patron_key and individual.term = ticket.term
    left join contact on individual.patron_key = contact.patron_key and individual.term = contact.term
    left join before on individual.patron_key = before.patron_key and term.number = before.number
),

grouped as (
    select
        membership.group_type,
        membership.group_code,
        membership.term,
        min(person.number) as number,
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
),

spread as (
    select
        grouped.group_type,
        grouped.group_code,
        grouped.term,
        grouped.number,
        grouped.persons,
        weight.axis,
        weight.component,
        weight.weight,
        case weight.component
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
        end as value
    from grouped
    cross join ref.relationship_weight as weight
),

compared as (
    select
        now.group_type,
        now.group_code,
        now.term,
        now.component,
        count(*) as terms,
        count(*) filter (where own.value < now.value) as below,
        count(*) filter (where own.value = now.value) as equal
    from spread as now
    join spread as own
        on now.group_type = own.group_type and now.group_code = own.group_code and now.component = own.component
        and own.number between now.number - 7 and now.number
    where now.value is not null and own.value is not null
    group by now.group_type, now.group_code, now.term, now.component
),

ranked as (
    select
        spread.*,
        coalesce(compared.terms, 0) as terms_compared,
        case when compared.terms >= 2 then 100 * (compared.below + cast(compared.equal as double) / 2) / nullif(compared.terms, 0) end as percentile
    from spread
    left join compared
        on spread.group_type = compared.group_type and spread.group_code = compared.group_code
        and spread.term = compared.term and spread.component = compared.component
)

select
    group_type,                                          -- 组别 | kind of group | cohort, discipline, college, major or class #aggregate
    group_code,                                          -- 组 | group | a cohort of ref.cohort, or the name of a unit #aggregate
    term,                                                -- 学期 | term #aggregate
    axis,                                                -- 关系维度 | axis | interaction, cohesion, collaboration or stability #aggregate
    component,                                           -- 分项 | component | of ref.relationship_weight #aggregate
    persons,                                             -- 人数 | people | in the group and here this term #aggregate
    cast(value as double) as value,                      -- 取值 | value | in the component's own unit, more being better; empty where it was not measured #aggregate #index
    cast(terms_compared as bigint) as terms_compared,    -- 可比学期数 | terms compared | measured ones of the group's last eight, this one among them #aggregate
    percentile,                                          -- 百分位 | percentile | (below + half of the equal) / terms compared, 0 to 100; from 2 terms on #aggregate #plain
    weight,                                              -- 权重 | weight | within the axis #aggregate
    cast(sum(cast(weight * percentile as decimal(18, 9))) over axis_row as double)
        / nullif(cast(sum(case when percentile is not null then weight end) over axis_row as double), 0) as axis_score  -- 维度得分 | axis score | weighted mean of the percentiles that there are, 0 to 100; the same in each row of the axis #aggregate #plain
from ranked
window axis_row as (partition by group_type, group_code, term, axis)
