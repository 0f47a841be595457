-- One row for each entry term: which share of its newcomers had found their way to the library by the end of week 8.
--
-- The shares are read off the curves of portrait.activation at teaching week 8, or at its last week where the term is younger;
-- activated are those who had used two kinds of service.  Beside them stand those of the same season a year before,
-- where the same kinds of service were measured.
--
-- grain: term
-- persons: persons
-- check shares_are_shares: activated between 0 and 1

with last_week as (
    select
        term,
        event,
        persons,
        teaching_week,
        1 - survival as share,
        survival_std_error
    from portrait.activation
    where teaching_week <= 8
    qualify row_number() over (partition by term, event order by teaching_week desc) = 1
),

by_term as (
    select
        term,
        max(persons) as persons,
        max(teaching_week) as week,
        max(case when event = 'first_visit' then share end) as visited,
        max(case when event = 'first_loan' then share end) as borrowed,
        max(case when event = 'first_booking' then share end) as booked,
        max(case when event = 'activated' then share end) as activated,
        max(case when event = 'activated' then survival_std_error end) as activated_std_error
    from last_week
    group by term
)

select
    now.term,
    term.label_zh as term_label_zh,                                     -- 学期中文名 | term in Chinese #aggregate
    term.label_en as term_label_en,                                     -- 学期英文名 | term in English #aggregate
    term.starts_on as first_day,                                        -- 起 | from #aggregate
    term.ends_on as last_day,                                           -- 止 | until #aggregate
    now.persons,
    now.week,                                                           -- 教学周 | teaching week | at the end of which the shares are read #aggregate #plain
    now.visited,                                                        -- 已到馆占比 | share who had come #aggregate #share
    now.borrowed,                                                       -- 已借阅占比 | share who had borrowed #aggregate #share
    now.booked,                                                         -- 已用预约占比 | share who had used a booking #aggregate #share
    now.activated,                                                      -- 激活占比 | share activated | two kinds of service used #aggregate #share
    greatest(0, now.activated - 196e-2 * now.activated_std_error) as activated_low,  -- 激活占比下限 | activated from | 95 %, Greenwood #aggregate #share
    least(1, now.activated + 196e-2 * now.activated_std_error) as activated_high,    -- 激活占比上限 | activated to | 95 %, Greenwood #aggregate #share
    before.term as earlier_term,                                        -- 上年同期 | a year before | entry term of the same season; empty where there is none #aggregate
    before.persons as earlier_persons,                                  -- 上年同期人数 | people a year before #aggregate #people
    before.activated as earlier_activated,                              -- 上年同期激活占比 | share activated a year before #aggregate #share
    before.visited as earlier_visited                                   -- 上年同期到馆占比 | share who had come a year before #aggregate #share
from by_term as now
join ref.term as term on now.term = term.term
left join by_term as before
    on term.compare_to = before.term
    and (now.visited is null) = (before.visited is null)
    and (now.borrowed is null) = (before.borrowed is null)
    and (now.booked is null) = (before.booked is null)
