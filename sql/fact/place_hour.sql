-- One row for each place, area, day and hour in which counters say anything; nobody is identified.
--
-- Counters of one area are added.  An interval belongs to the hour in which it begins; one longer than an hour, up to a
-- day, belongs to its day and has no hour, and a longer one to neither.  Add either the hours or the rows without an hour,
-- never both.  An hour in which a counter was reset has no sum.  People inside are taken moment by moment: counted heads,
-- or seats less free seats where both are polled at the same moment.  Passages count both ways together and are not halved.
--
-- grain: place, area, day, hour

with timed as (
    select
        place,
        area,
        measure,
        started_at,
        counted,
        case when measure in ('entries', 'exits', 'passages') then coalesce(date_diff('minute', started_at, ended_at), 0) else 0 end as minutes
    from clean.count
),

moment as (
    select
        place,
        area,
        started_at,
        cast(started_at as date) as day,
        case when minutes <= 60 then hour(started_at) end as hour,
        sum(counted) filter (where measure = 'entries') as entries,
        sum(counted) filter (where measure = 'exits') as exits,
        sum(counted) filter (where measure = 'passages') as passages,
        count(*) filter (where measure = 'entries' and counted is null) as entries_lost,
        count(*) filter (where measure = 'exits' and counted is null) as exits_lost,
        count(*) filter (where measure = 'passages' and counted is null) as passages_lost,
        coalesce(
            sum(counted) filter (where measure = 'occupancy'),
            case
                when count(*) filter (where measure = 'capacity') = count(*) filter (where measure = 'free_seats')
                    then sum(counted) filter (where measure = 'capacity') - sum(counted) filter (where measure = 'free_seats')
            end
        ) as inside
    from timed
    where minutes <= 1440
    group by place, area, started_at, case when minutes <= 60 then hour(started_at) end
)

select
    place,
    area,
    day,                                                                                 -- 日期 | day
    hour,                                                                                -- 小时 | hour | empty where a reading covers more than an hour
    case when sum(entries_lost) = 0 then cast(sum(entries) as bigint) end as entries,    -- 进馆人次 | entries | empty where a counter was reset
    case when sum(exits_lost) = 0 then cast(sum(exits) as bigint) end as exits,          -- 出馆人次 | exits | empty where a counter was reset
    case when sum(passages_lost) = 0 then cast(sum(passages) as bigint) end as passages, -- 通过人次 | passages | both ways together, as a one-way beam counts
    avg(cast(inside as decimal(18, 6))) as occupancy_mean,                               -- 平均在馆人数 | mean people inside | of the moments that were counted
    cast(max(inside) as bigint) as occupancy_max                                         -- 最多在馆人数 | most people inside
from moment
group by place, area, day, hour
