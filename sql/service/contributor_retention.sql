-- One row for each term: of the volunteers who served in it, how many serve in two or more of the next three terms.
--
-- Followed is who was here in all three, once these are over; a summer term is none.  Retention from one term to the next,
-- by group of readers, is in service.volunteering.
--
-- grain: term
-- persons: volunteers
-- check parts_are_parts: stayed <= followed and followed <= volunteers

with term as (
    select term, ends_on, row_number() over (order by starts_on) as number
    from ref.term
    where season <> 'summer'
),

ahead as (
    select term.term, later.term as later_term
    from term
    join term as later on later.number > term.number and later.number <= term.number + 3
    cross join ref.horizon as horizon
    where later.ends_on <= horizon.as_of
),

person as (
    select
        volunteer.patron_key,
        volunteer.term,
        volunteer.terms_served,
        case when count(ahead.later_term) = 3 then count(*) filter (where roster.is_exposed) = 3 end as is_followed,
        count(again.patron_key) >= 2 as has_stayed
    from service.volunteer as volunteer
    left join ahead on volunteer.term = ahead.term
    left join fact.roster as roster on volunteer.patron_key = roster.patron_key and ahead.later_term = roster.term
    left join service.volunteer as again on volunteer.patron_key = again.patron_key and ahead.later_term = again.term
    group by volunteer.patron_key, volunteer.term, volunteer.terms_served
)

select
    person.term,
    count(*) as volunteers,                                             -- 志愿者人数 | volunteers | who served in the term #aggregate
    cast(median(terms_served) as double) as terms_served_median,        -- 服务学期数中位数 | median tenure | terms served so far #aggregate
    case when count(is_followed) > 0 then count(*) filter (where is_followed) end as followed,  -- 可追踪人数 | volunteers followed | who were here in all of the next three terms; empty until these are over #aggregate #part
    case when count(is_followed) > 0 then count(*) filter (where is_followed and has_stayed) end as stayed,  -- 长期留任人数 | who stayed | served in two or more of those three #aggregate #part
    case
        when count(*) filter (where is_followed) >= min(site.small_cell)
            then cast(count(*) filter (where is_followed and has_stayed) as double) / nullif(count(*) filter (where is_followed), 0)
    end as stayed_share                                                 -- 长期留任率 | share who stayed | of those followed #aggregate
from person
cross join ref.site as site
group by person.term
