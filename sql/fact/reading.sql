-- What each person in scope borrowed in a term: zero where nothing, empty where circulation did not say.
--
-- A class of books is one class of one classification; loans without one are left out of whatever is said of classes.
--
-- grain: patron_key, term
-- view: reading
-- rebuild: term(term)
-- reads ref.coverage_term: earlier
-- check overdue_rate_is_a_share: overdue_rate between 0 and 1
-- check renewal_rate_is_a_share: renewal_rate between 0 and 1
-- check fields_are_parts: own_field_share + cross_field_share <= 1.000001
-- check breadth_falls_with_its_order: breadth_hill_2 <= breadth_hill_1 + 0.00001 and breadth_hill_1 <= breadth + 0.00001

with term_total as (
    select
        patron_key,
        term,
        sum(loans) as loans,
        sum(renewals) as renewals,
        sum(renewed_loans) as renewed_loans,
        sum(loans_due) as loans_due,
        sum(loans_overdue) as loans_overdue
    from fact.loan_month
    group by all
),

top as (
    select patron_key, term, class_scheme, class_top, sum(loans) as loans
    from fact.loan_class
    group by all
),

weighed as (
    select
        patron_key,
        term,
        loans,
        sum(loans) over (partition by patron_key, term) as total
    from top
),

mix as (
    select
        patron_key,
        term,
        max(loans) as largest,
        min(total) as total,
        sum(cast(-(loans / nullif(total, 0)) * ln(nullif(loans / nullif(total, 0), 0)) as decimal(18, 9))) as entropy
    from weighed
    group by all
),

class as (
    select patron_key, term, class_scheme, class_second, sum(loans) as loans
    from fact.loan_class
    group by all
),

shared as (
    select
        patron_key,
        term,
        loans,
        sum(loans) over (partition by patron_key, term) as total
    from class
),

spread as (
    select
        patron_key,
        term,
        count(*) as classes,
        min(total) as total,
        sum(loans * loans) as squares,
        sum(cast(-(loans / nullif(total, 0)) * ln(nullif(loans / nullif(total, 0), 0)) as decimal(18, 9))) as entropy,
        sum(cast(
            1 - (greatest(total - loans, 0) / nullif(total, 0))
            * (greatest(total - loans - 1, 0) / nullif(total - 1, 0))
            * (greatest(total - loans - 2, 0) / nullif(total - 2, 0))
            * (greatest(total - loans - 3, 0) / nullif(total - 3, 0))
            * (greatest(total - loans - 4, 0) / nullif(total - 4, 0))
            as decimal(18, 9)
        )) as rarefied
    from shared
    group by all
),

placed as (
    select
        class.patron_key,
        class.term,
        sum(class.loans) as loans,
        sum(case when own.field = 'own' then class.loans else 0 end) as own_loans,
        sum(case when own.field = 'other' then class.loans else 0 end) as cross_loans
    from fact.loan_class as class
    join fact.class_field as own
        on class.college = own.college and class.major = own.major
        and class.class_scheme = own.class_scheme and class.class_second = own.class_second
    where own.field is not null
    group by all
),

previous as (
    select covered.term, lag(covered.is_measured) over (order by term.starts_on, covered.term) as was_measured
    from ref.coverage_term as covered
    join ref.term as term on covered.term = term.term
    where covered.feed = 'loan'
)

select
    roster.patron_key,
    roster.term,
    case when coverage.is_measured then cast(coalesce(term_total.loans, 0) as bigint) end as loans,          -- 借阅册次 | loans | begun in the term, renewals not counted
    case
        when coverage.is_measured then cast(term_total.renewed_loans as double) / nullif(term_total.loans, 0)
    end as renewal_rate,                                                        -- 续借率 | renewal rate | share of loans renewed at least once
    case
        when coverage.is_measured then cast(term_total.loans_overdue as double) / nullif(term_total.loans_due, 0)
    end as overdue_rate,                                                        -- 逾期率 | overdue rate | of loans due in the term, those late or still out
    case when coverage.is_measured then cast(spread.total as bigint) end as classed_loans,  -- 有分类册次 | classed loans | whose class could be read
    case when coverage.is_measured then cast(spread.classes as bigint) end as breadth,      -- 阅读广度 | breadth | distinct second-level classes, the Hill number of order 0
    case
        when coverage.is_measured and mix.total >= 5 then exp(cast(mix.entropy as double))
    end as diversity,                                                           -- 阅读多样性 | diversity | Hill number of order 1 over main classes; from 5 classed loans on
    case
        when coverage.is_measured and mix.total >= 5 then cast(mix.largest as double) / nullif(mix.total, 0)
    end as top_class_share,                                                     -- 首位大类占比 | top class share | from 5 classed loans on
    case
        when coverage.is_measured and spread.total >= 5 then exp(cast(spread.entropy as double))
    end as breadth_hill_1,                                                      -- 广度一阶 | breadth of order 1 | exp(−Σ p ln p) over second-level classes; from 5 classed loans on
    case
        when coverage.is_measured and spread.total >= 5 then cast(spread.total * spread.total as double) / nullif(spread.squares, 0)
    end as breadth_hill_2,                                                      -- 广度二阶 | breadth of order 2 | 1 / Σ p² over second-level classes; from 5 classed loans on
    case
        when coverage.is_measured and spread.total >= 5 and spread.classes >= 2
            then cast(spread.entropy as double) / nullif(ln(nullif(spread.classes, 0)), 0)
    end as breadth_evenness,                                                    -- 广度均匀度 | evenness | logarithm of order 1 over that of order 0, 1 being equal shares; from 5 classed loans in 2 classes on
    case
        when coverage.is_measured and spread.total >= 5 then cast(spread.rarefied as double)
    end as breadth_rarefied,                                                    -- 稀疏化广度 | rarefied breadth | classes expected among 5 of the classed loans, Σ 1 − C(N − n, 5) / C(N, 5); fair to light and heavy readers; from 5 on
    case when coverage.is_measured then single.depth_max_run end as depth_max_run,  -- 阅读深度 | depth | longest chain of consecutive loans in one third-level class
    case
        when coverage.is_measured and placed.loans >= 5 then cast(placed.own_loans as double) / nullif(placed.loans, 0)
    end as own_field_share,                                                     -- 本学科占比 | own-field share | of classed loans, those of the field of the major at the time; from 5 on, empty where no field is listed for the college
    case
        when coverage.is_measured and placed.loans >= 5 then cast(placed.cross_loans as double) / nullif(placed.loans, 0)
    end as cross_field_share,                                                   -- 跨学科占比 | cross-field share | of the same loans, those of other disciplines; works of no discipline are in neither; from 5 on
    case when coverage.is_measured and single.ended_loans >= 5 then single.loan_days_median end as loan_days_median,  -- 借期中位数 | median loan days | of loans begun in the term that have ended; from 5 on
    case
        when coverage.is_measured and coalesce(term_total.loans, 0) = 0 then 0
        when coverage.is_measured then cast(term_total.renewals as bigint)
    end as renewals,                                                            -- 续借次数 | renewals | of the loans begun in the term; empty where the system does not say
    case when coverage.is_measured then coalesce(single.returns, 0) end as returns,  -- 归还册次 | returns | in the term, whenever lent
    case
        when coverage.is_measured and previous.was_measured then coalesce(single.open_at_term_start, 0)
    end as open_at_term_start,                                                  -- 期初在借册数 | out at term start | lent before and not back; empty where the term before was not measured either
    case when coverage.is_measured then coalesce(single.open_at_term_end, 0) end as open_at_term_end  -- 期末在借册数 | out at term end | not back by the term's last day or the last day received; what a graduate has to bring back
from fact.roster as roster
left join ref.coverage_term as coverage on roster.term = coverage.term and coverage.feed = 'loan'
left join previous on roster.term = previous.term
left join term_total on roster.patron_key = term_total.patron_key and roster.term = term_total.term
left join mix on roster.patron_key = mix.patron_key and roster.term = mix.term
left join spread on roster.patron_key = spread.patron_key and roster.term = spread.term
left join placed on roster.patron_key = placed.patron_key and roster.term = placed.term
left join fact.loan_term as single on roster.patron_key = single.patron_key and roster.term = single.term
