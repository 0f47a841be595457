-- One row for each visit to a building, made of swipes: an entry with its exit, or what is left of one.
--
-- Where a gate system exports no swipes, one row for each of its summary lines (vendor_summary): a first entry, how many
-- entries there were, and the dwell as that system counts it; of such a line the time of the first entry alone is known.
--
-- Gates of a service that is never aimed at anybody (ref.protected_name) are left out.
--
-- grain: patron_key, building, seen_at, match_status
-- rebuild: month(service_date)
-- reads raw.gate_event: passed_at, 2 days
-- reads raw.visit_summary: entered_at, 1 day
-- follows clean.patron_identifier: patron_key
-- check dwell_is_plausible: dwell_minutes between 0 and 1440
-- check only_a_matched_visit_has_a_dwell: match_status = 'vendor_summary' or (match_status = 'matched') = (dwell_minutes is not null)
-- check a_visit_made_of_swipes_is_one_entry: match_status = 'vendor_summary' or entries = 1
-- check nobody_visits_less_than_once: entries >= 1

with passage as (
    select
        coalesce(card.patron_key, event.patron_key) as patron_key,
        event.building,
        event.direction,
        event.passed_at,
        case
            when hour(event.passed_at) < site.service_day_starts then cast(event.passed_at as date) - 1
            else cast(event.passed_at as date)
        end as service_date,
        site.double_swipe_seconds,
        site.longest_stay_minutes,
        site.longest_night_minutes
    from raw.gate_event as event
    cross join ref.site as site
    left join clean.patron_identifier as card
        on event.patron_key = card.identifier_key
        and event.passed_at >= card.valid_from
        and event.passed_at < card.valid_to
    where event.patron_key is not null
        and not exists (select 1 from ref.protected_name as protected where contains(concat(event.building, ' ', event.gate), protected.name))
),

single as (
    select *
    from (
        select
            *,
            lag(passed_at) over (partition by patron_key, building, direction order by passed_at) as previous_at
        from passage
    ) as swiped
    where previous_at is null or date_diff('second', previous_at, passed_at) > double_swipe_seconds
),

neighbour as (
    select
        patron_key,
        building,
        direction,
        passed_at,
        service_date,
        longest_stay_minutes,
        longest_night_minutes,
        lead(direction) over person as next_direction,
        lead(building) over person as next_building,
        lead(passed_at) over person as next_at,
        lead(service_date) over person as next_date,
        lag(direction) over person as previous_direction,
        lag(building) over person as previous_building,
        lag(passed_at) over person as previous_at,
        lag(service_date) over person as previous_date
    from single
    where direction <> 'unknown'
    window person as (partition by patron_key order by passed_at, direction, building)
),

judged as (
    select
        *,
        direction = 'in' and next_direction = 'out' and next_building = building
            and date_diff('minute', passed_at, next_at)
            <= case when next_date = service_date then longest_stay_minutes else longest_night_minutes end as has_exit,
        direction = 'out' and previous_direction = 'in' and previous_building = building
            and date_diff('minute', previous_at, passed_at)
            <= case when previous_date = service_date then longest_stay_minutes else longest_night_minutes end as has_entry
    from neighbour
),

visit as (
    select
        patron_key,
        building,
        service_date,
        passed_at as seen_at,
        case when direction = 'in' then passed_at end as entered_at,
        case when direction = 'out' then passed_at when has_exit then next_at end as exited_at,
        case
            when direction = 'out' then 'entry_missing'
            when has_exit then 'matched'
            when next_date = service_date then 'exit_missing_next_event'
            else 'exit_missing'
        end as match_status,
        1 as entries,
        cast(null as integer) as summary_minutes
    from judged
    where direction = 'in' or not coalesce(has_entry, false)
    union all
    select
        patron_key,
        building,
        service_date,
        passed_at as seen_at,
        passed_at as entered_at,
        cast(null as timestamp) as exited_at,
        'single_swipe' as match_status,
        1 as entries,
        cast(null as integer) as summary_minutes
    from single
    where direction = 'unknown'
    qualify row_number() over (partition by patron_key, building, service_date order by passed_at) = 1
    union all
    select
        coalesce(card.patron_key, summary.patron_key) as patron_key,
        summary.building,
        case
            when hour(summary.entered_at) < site.service_day_starts and summary.entered_at > date_trunc('day', summary.entered_at)
                then cast(summary.entered_at as date) - 1
            else cast(summary.entered_at as date)
        end as service_date,
        summary.entered_at as seen_at,
        case when summary.entered_at > date_trunc('day', summary.entered_at) then summary.entered_at end as entered_at,
        cast(null as timestamp) as exited_at,
        'vendor_summary' as match_status,
        summary.entries,
        case when summary.dwell_hours between 0 and 24 then cast(floor(summary.dwell_hours * 60) as integer) end as summary_minutes
    from raw.visit_summary as summary
    cross join ref.site as site
    left join clean.patron_identifier as card
        on summary.patron_key = card.identifier_key
        and summary.entered_at >= card.valid_from
        and summary.entered_at < card.valid_to
    where summary.patron_key is not null and summary.entries >= 1
    qualify row_number() over (
        partition by coalesce(card.patron_key, summary.patron_key), summary.building, summary.entered_at
        order by summary.entries desc, summary.dwell_hours desc, summary.source_file, summary.source_record
    ) = 1
)

select
    patron_key,
    building,
    seen_at,                                          -- 到馆时间 | seen at | the entry, or the exit where the entry is missing; of a summary line the first entry
    entered_at,                                       -- 进馆时间 | entered at | empty also where a summary line names only the day
    exited_at,                                        -- 出馆时间 | exited at
    service_date,                                     -- 服务日 | service day | events before the day's first hour belong to the day before
    match_status,                                     -- 配对状态 | match status | matched, exit_missing, exit_missing_next_event, entry_missing, single_swipe or vendor_summary
    entries,                                          -- 进馆次数 | entries | 1, or what a summary line says #aggregate
    case
        when match_status = 'matched' then cast(floor(date_diff('second', entered_at, exited_at) / 60) as integer)
        when match_status = 'vendor_summary' then summary_minutes
    end as dwell_minutes,                             -- 在馆时长 | dwell | minutes of matched visits, and what a summary line says; never guessed
    case
        when match_status = 'matched' then cast(floor(greatest(0, date_diff(
            'second',
            greatest(entered_at, cast(cast(service_date as timestamp) + interval 22 hour as timestamp)),
            exited_at
        )) / 60) as integer)
    end as night_minutes                              -- 夜间时长 | night dwell | minutes after 22:00; matched visits only
from visit
