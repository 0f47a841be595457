-- How each person in scope used electronic resources in a term: zero where not, empty where the proxy did not say.
--
-- grain: patron_key, term
-- view: usage
-- rebuild: term(term)

with term_total as (
    select
        patron_key,
        term,
        sum(ten_minute_stretches) as ten_minute_stretches,
        sum(resource_days) as resource_days
    from fact.resource_month
    group by all
),

host as (
    select patron_key, term, count(distinct host) as hosts
    from fact.resource_host
    group by all
)

select
    roster.patron_key,
    roster.term,
    case
        when coverage.is_measured then cast(coalesce(term_total.ten_minute_stretches, 0) as double) / 6
    end as resource_hours,     -- 电子资源使用时长 | hours with electronic resources | stretches of ten minutes with any access, over six
    case when coverage.is_measured then cast(coalesce(term_total.resource_days, 0) as bigint) end as resource_days,  -- 电子资源使用天数 | days with a resource used
    case when coverage.is_measured then cast(coalesce(host.hosts, 0) as bigint) end as resource_hosts               -- 使用平台数 | platforms used | hosts
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'e_resource'
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
left join host on roster.patron_key = host.patron_key and roster.term = host.term
