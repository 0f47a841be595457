-- One row for each group of readers and term, in three views: cohorts, disciplines, colleges, majors and classes.
--
-- Means are taken over everyone in the group, also those who did nothing; where a mean is of some of them only, it is
-- empty for fewer than the site's small cell.  Any other empty measure was not measured.
--
-- grain: group_type, group_code, term
-- rebuild: term(term)
-- persons: persons
-- counts: members

select
    membership.group_type,
    membership.group_code,
    membership.term,
    count(*) as persons,                                                                       -- 人数 | people | in the group and here this term #aggregate
    cast(count(*) filter (where individual.active_days > 0) as double)
        / nullif(count(individual.active_days), 0) as active_rate,                             -- 活跃率 | active rate | people seen at all, of everyone #aggregate #usage_view #share #higher
    cast(count(*) filter (where individual.visit_days > 0) as double)
        / nullif(count(individual.visit_days), 0) as visit_reach_rate,                         -- 入馆率 | visit reach | people who came at least once, of everyone #aggregate #usage_view #share #higher #gate
    cast(sum(individual.visit_days) as double) / nullif(count(individual.visit_days), 0) as visit_days_mean,  -- 人均到馆天数 | days visited per head #aggregate #usage_view #days #higher #gate
    median(individual.visit_days) as visit_days_median,                                        -- 到馆天数中位数 | median days visited #aggregate #usage_view #days #higher #gate
    cast(sum(individual.dwell_minutes) as double) / 60 / nullif(count(individual.dwell_minutes), 0) as dwell_hours_mean,  -- 人均在馆时长 | hours in the library per head | of visits whose dwell is known #aggregate #usage_view #hours #higher #gate
    cast(sum(individual.bookings) as double) / nullif(count(individual.bookings), 0) as bookings_mean,  -- 人均预约次数 | bookings per head #aggregate #usage_view #bookings #higher #space
    case when count(individual.no_show_rate) >= min(site.small_cell) then avg(cast(individual.no_show_rate as decimal(18, 9))) end as no_show_rate,                      -- 失约率 | no-show rate | mean over people with five bookings or more #aggregate #usage_view #share #lower #space
    cast(count(*) filter (where individual.resource_days > 0) as double)
        / nullif(count(individual.resource_days), 0) as resource_reach_rate,                   -- 电子资源使用率 | reach of electronic resources | people who used one at least once, of everyone #aggregate #usage_view #share #higher #e_resource
    cast(sum(cast(individual.resource_hours as decimal(18, 6))) as double)
        / nullif(count(individual.resource_hours), 0) as resource_hours_mean,                  -- 人均电子资源使用时长 | hours with electronic resources per head #aggregate #usage_view #hours #higher #e_resource
    cast(count(*) filter (where individual.events_attended > 0) as double)
        / nullif(count(individual.events_attended), 0) as event_reach_rate,                    -- 活动参与率 | event reach | people who came to an event at least once, of everyone #aggregate #usage_view #share #higher #event
    cast(count(*) filter (where individual.consultations > 0) as double)
        / nullif(count(individual.consultations), 0) as consultation_reach_rate,               -- 咨询率 | consultation reach | people who asked at least once, of everyone #aggregate #usage_view #share #higher #consultation
    cast(count(*) filter (where individual.loans > 0) as double)
        / nullif(count(individual.loans), 0) as loan_reach_rate,                               -- 借阅率 | loan reach | people who borrowed at least once, of everyone #aggregate #reading_view #share #higher #loan
    cast(sum(individual.loans) as double) / nullif(count(individual.loans), 0) as loans_mean,  -- 人均借阅册次 | loans per head #aggregate #reading_view #loans #higher #loan
    median(individual.loans) as loans_median,                                                  -- 借阅中位数 | median loans #aggregate
    case when count(individual.breadth) >= min(site.small_cell) then avg(cast(individual.breadth as decimal(18, 9))) end as breadth_mean,                           -- 人均涉及学科数 | classes per borrower | distinct second-level classes, of those who borrowed #aggregate #reading_view #classes #higher #loan
    case when count(individual.overdue_rate) >= min(site.small_cell) then avg(cast(individual.overdue_rate as decimal(18, 9))) end as overdue_rate,                      -- 逾期率 | overdue rate | mean over people with a loan due #aggregate #reading_view #share #lower #loan
    case when count(individual.renewal_rate) >= min(site.small_cell) then avg(cast(individual.renewal_rate as decimal(18, 9))) end as renewal_rate,                      -- 续借率 | renewal rate | mean over people with a loan #aggregate #reading_view #share #neutral #loan
    case when count(individual.own_field_share) >= min(site.small_cell) then avg(cast(individual.own_field_share as decimal(18, 9))) end as own_field_share,             -- 本学科占比 | own-field share | mean over people with five loans of a known class #aggregate #reading_view #share #neutral #loan
    case when count(individual.regularity) >= min(site.small_cell) then avg(cast(individual.regularity as decimal(18, 9))) end as regularity_mean,                     -- 到馆规律性 | regularity of visits | of people with ten visits or more #aggregate #growth_view #index #neutral #gate
    case when count(individual.use_index_change) >= min(site.small_cell) then avg(cast(individual.use_index_change as decimal(18, 9))) end as use_index_change_mean,         -- 综合利用变化 | change of use index | against each person's term before #aggregate #growth_view #index #higher
    case when count(individual.use_index_change) >= min(site.small_cell)
        then cast(count(*) filter (where individual.use_index_change >= 1e-1) as double) / nullif(count(individual.use_index_change), 0)
    end as rising_share,                       -- 上升人数占比 | share rising | people whose use index rose by a tenth or more #aggregate #growth_view #share #higher
    avg(cast(individual.terms_active as decimal(18, 9))) as terms_active_mean                  -- 人均活跃学期数 | terms active per head #aggregate
from fact.membership as membership
join portrait.individual as individual on membership.patron_key = individual.patron_key and membership.term = individual.term
cross join ref.site as site
group by membership.group_type, membership.group_code, membership.term
