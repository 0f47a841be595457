-- One row for each major and each class that it borrows, and whether the class is of the major's own field.
--
-- A class is of the own field when one of its disciplines (ref.field) is one of the major's (ref.affinity), or when the
-- major's readers say so: in the terms that began in the past three years at least 30 of them borrowed in it, and it
-- took at least twice the share of their loans that it took of everybody's.  The list names a class by its second
-- level or, failing that, by its main class; and a major by its name or, failing that, by its college.
--
-- grain: college, major, class_scheme, class_second
-- persons: borrowers
-- check field_is_known: field in ('own', 'other', 'general')

with borrowed as (
    select
        class.college,
        class.major,
        class.class_scheme,
        class.class_top,
        class.class_second,
        cast(sum(case when date_diff('day', term.starts_on, horizon.as_of) between 0 and 1095 then class.loans else 0 end) as bigint) as loans,
        count(distinct case when date_diff('day', term.starts_on, horizon.as_of) between 0 and 1095 then class.patron_key end) as borrowers
    from fact.loan_class as class
    left join ref.term as term on class.term = term.term
    cross join ref.horizon as horizon
    group by class.college, class.major, class.class_scheme, class.class_top, class.class_second
),

weighed as (
    select
        *,
        sum(loans) over (partition by college, major) as unit_loans,
        sum(loans) over (partition by class_scheme, class_second) as class_loans,
        sum(loans) over () as all_loans
    from borrowed
),

class as (
    select distinct class_scheme, class_top, class_second from borrowed
),

disciplined as (
    select class.class_scheme, class.class_second, field.discipline
    from class
    join ref.field as field on class.class_scheme = field.class_scheme and class.class_second = field.class_code
    union all
    select class.class_scheme, class.class_second, field.discipline
    from class
    join ref.field as field on class.class_scheme = field.class_scheme and class.class_top = field.class_code
    left join ref.field as nearer on class.class_scheme = nearer.class_scheme and class.class_second = nearer.class_code
    where nearer.class_code is null
),

unit as (
    select distinct college, major from borrowed
),

inclined as (
    select unit.college, unit.major, affinity.discipline
    from unit
    join ref.affinity as affinity on unit.college = affinity.college and unit.major = affinity.major
    union all
    select unit.college, unit.major, affinity.discipline
    from unit
    join ref.affinity as affinity on unit.college = affinity.college and affinity.major is null
    left join ref.affinity as nearer on unit.college = nearer.college and unit.major = nearer.major
    where nearer.college is null
),

listed as (
    select distinct college, major from inclined
),

shared as (
    select distinct inclined.college, inclined.major, disciplined.class_scheme, disciplined.class_second
    from inclined
    join disciplined on inclined.discipline = disciplined.discipline and disciplined.discipline <> '00'
),

special as (
    select distinct class_scheme, class_second from disciplined where discipline <> '00'
),

lifted as (
    select
        *,
        cast(loans * all_loans as double) / nullif(unit_loans * class_loans, 0) as lift
    from weighed
)

select
    lifted.college,
    lifted.major,
    lifted.class_scheme,
    lifted.class_second,
    lifted.loans,                                                              -- 借阅册次 | loans | in the terms that began in the past three years #aggregate
    lifted.borrowers,                                                          -- 借阅人数 | borrowers | in the same terms #aggregate
    lifted.lift,                                                               -- 提升度 | lift | share of the major's loans over share of all loans #aggregate
    lifted.borrowers >= 30 and lifted.lift >= 2 as is_own_by_reading,          -- 是否由借阅认定 | own by reading | 30 borrowers and a lift of 2 or more #aggregate
    case
        when listed.college is null then null
        when shared.college is not null or (lifted.borrowers >= 30 and lifted.lift >= 2) then 'own'
        when special.class_second is not null then 'other'
        else 'general'
    end as field                                                               -- 学科归属 | field | own; other, of another discipline; general, of none; empty where no discipline is listed for the major #aggregate
from lifted
left join listed on lifted.college = listed.college and lifted.major = listed.major
left join shared
    on lifted.college = shared.college and lifted.major = shared.major
    and lifted.class_scheme = shared.class_scheme and lifted.class_second = shared.class_second
left join special on lifted.class_scheme = special.class_scheme and lifted.class_second = special.class_second
