-- Which part each person in scope takes in the library's life: user, participant, contributor or partner.
--
-- Counted over the academic year up to the term's end.  An act is a survey answered, an event attended, a suggestion sent
-- or a shift served; asking a question is use, not an act.  The thresholds and a partner's roles are those of ref.role_rule.
-- Empty where nobody's act is known by name in the year so far, for then nothing was measured.
--
-- grain: patron_key, term
-- view: usage
-- check role_is_known: role in ('user', 'participant', 'contributor', 'partner')
-- check an_act_makes_no_mere_user: role <> 'user' or acts = 0

with rule as (
    select
        max(case when rule = 'participant_acts' then least end) as participant_acts,
        max(case when rule = 'contributor_acts' then least end) as contributor_acts,
        max(case when rule = 'contributor_hours' then least end) as contributor_hours
    from ref.role_rule
),

act as (
    select response.patron_key, calendar.term, count(*) as acts, cast(0 as decimal(18, 2)) as hours, 0 as named_roles
    from clean.response as response
    join ref.calendar_day as calendar on cast(response.submitted_at as date) = calendar.day
    where response.patron_key is not null
    group by response.patron_key, calendar.term
    union all
    select patron_key, term, sum(events_attended) as acts, cast(0 as decimal(18, 2)) as hours, 0 as named_roles
    from fact.attendance_month
    group by patron_key, term
    union all
    select ticket.patron_key, calendar.term, count(*) as acts, cast(0 as decimal(18, 2)) as hours, 0 as named_roles
    from clean.ticket as ticket
    join ref.calendar_day as calendar on ticket.opened_on = calendar.day
    where ticket.patron_key is not null
    group by ticket.patron_key, calendar.term
    union all
    select
        contribution.patron_key,
        calendar.term,
        sum(contribution.shifts) as acts,
        cast(coalesce(sum(contribution.hours), 0) as decimal(18, 2)) as hours,
        count(partner.rule) as named_roles
    from clean.contribution as contribution
    join ref.calendar_day as calendar on contribution.served_on = calendar.day
    left join ref.role_rule as partner on contribution.role = partner.role
    group by contribution.patron_key, calendar.term
),

term_total as (
    select patron_key, term, sum(acts) as acts, sum(hours) as hours, sum(named_roles) as named_roles
    from act
    where term is not null
    group by patron_key, term
),

so_far as (
    select
        term_total.patron_key,
        later.term,
        sum(term_total.acts) as acts,
        sum(term_total.hours) as hours,
        sum(term_total.named_roles) as named_roles
    from term_total
    join ref.term as earlier on term_total.term = earlier.term
    join ref.term as later on earlier.academic_year = later.academic_year and earlier.starts_on <= later.starts_on
    group by term_total.patron_key, later.term
),

person as (
    select
        roster.patron_key,
        roster.term,
        coalesce(so_far.acts, 0) as acts,
        coalesce(so_far.hours, 0) as hours,
        coalesce(so_far.named_roles, 0) as named_roles,
        coalesce(sum(so_far.acts) over (partition by roster.term), 0) > 0 as is_measured
    from fact.roster as roster
    left join so_far on roster.patron_key = so_far.patron_key and roster.term = so_far.term
),

staged as (
    select
        person.*,
        case
            when not person.is_measured then cast(null as varchar)
            when person.named_roles > 0 then 'partner'
            when person.acts >= rule.contributor_acts or person.hours >= rule.contributor_hours then 'contributor'
            when person.acts >= rule.participant_acts then 'participant'
            else 'user'
        end as role
    from person
    cross join rule
)

select
    patron_key,
    term,
    case when is_measured then cast(acts as bigint) end as acts,            -- 学年参与次数 | acts in the year | surveys answered, events attended, suggestions and shifts, in the academic year so far
    case when is_measured then cast(hours as double) end as act_hours,      -- 学年服务时长 | hours of service in the year | in the academic year so far, where they were noted
    role,                                                                   -- 角色 | role | user, participant, contributor or partner
    case role
        when 'user' then 'participant'
        when 'participant' then 'contributor'
        when 'contributor' then 'partner'
    end as next_role                                                        -- 建议的下一角色 | suggested next role | one step up the ladder; empty for a partner
from staged
