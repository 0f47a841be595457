-- One row for each interval or moment that a counter, a head count or a seat poll tells of.
--
-- An interval reading counts the time it names, and an instant its moment; both stand here as they came.  A cumulative
-- reading is set against the one before it of the same counter, and what lies between is one interval.  Where it is
-- lower than the one before, the counter has rolled over if it is known to do so at a number it was close to (above
-- nine tenths of it, and now below one tenth); otherwise it was reset, and that interval is not measured.
-- A cumulative counter's first reading ends no interval and has no row.
--
-- grain: place, area, counter, measure, method, started_at
-- check nothing_is_counted_backwards: ended_at >= started_at
-- check a_reset_interval_is_not_measured: (reading_status = 'reset') = (counted is null)

with single as (
    select
        place,
        area,
        counter,
        measure,
        method,
        taken_at,
        case when ended_at >= taken_at then ended_at end as ended_at,
        reading,
        rolls_over_at
    from raw.count_reading
    qualify row_number() over (
        partition by place, area, counter, measure, method, taken_at
        order by reading desc, ended_at desc, source_file, source_record
    ) = 1
),

followed as (
    select
        place,
        area,
        counter,
        measure,
        method,
        taken_at,
        reading,
        rolls_over_at,
        lag(taken_at) over readings as previous_at,
        lag(reading) over readings as previous_reading
    from single
    where method = 'cumulative'
    window readings as (partition by place, area, counter, measure order by taken_at)
)

select
    place,
    area,
    counter,
    measure,
    method,
    taken_at as started_at,                            -- 开始时间 | started at | begin of the interval, or the moment
    ended_at,                                          -- 结束时间 | ended at | end of the interval; empty for a moment
    reading as counted,                                -- 计数 | counted | in the interval or at the moment; empty where the counter was reset
    'as_read' as reading_status                        -- 读数状态 | how it was read | as_read, difference, rolled_over or reset
from single
where method <> 'cumulative'
union all
select
    place,
    area,
    counter,
    measure,
    method,
    previous_at as started_at,
    taken_at as ended_at,
    case
        when reading >= previous_reading then reading - previous_reading
        when rolls_over_at > 0 and previous_reading > 9e-1 * rolls_over_at and reading < 1e-1 * rolls_over_at
            then rolls_over_at - previous_reading + reading
    end as counted,
    case
        when reading >= previous_reading then 'difference'
        when rolls_over_at > 0 and previous_reading > 9e-1 * rolls_over_at and reading < 1e-1 * rolls_over_at then 'rolled_over'
        else 'reset'
    end as reading_status
from followed
where previous_at is not null
