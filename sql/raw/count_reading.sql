-- One row for each reading of a people counter, of a head count or of a seat poll; nobody is identified.
--
-- feed counter: 客流计数 | people counters
-- days: taken_at by place
-- grain: place, area, counter, measure, taken_at
-- happened: taken_at
-- due: 2 days
-- purpose: research
-- expect ColumnValuesToBeInSet: {column: measure, value_set: [entries, exits, passages, occupancy, free_seats, capacity]}
-- expect ColumnValuesToBeInSet: {column: method, value_set: [interval, cumulative, instant]}
-- expect ColumnValuesToBeBetween: {column: reading, min_value: 0, mostly: 0.99, severity: warning}

create table raw.count_reading (
    place         varchar not null,   -- 馆舍 | place | building or branch
    area          varchar,            -- 区域 | area | floor, room or zone
    counter       varchar,            -- 计数器 | counter
    measure       varchar not null,   -- 测量对象 | measure | entries, exits, passages (both ways together), occupancy, free_seats or capacity
    method        varchar not null,   -- 读数方式 | method | interval: of the time from taken_at to ended_at; cumulative: since the counter was set up; instant: at the moment
    taken_at      timestamp not null, -- 读数时间 | taken at | begin of the interval, or the moment
    ended_at      timestamp,          -- 结束时间 | ended at | end of the interval
    reading       bigint not null,    -- 读数 | reading
    rolls_over_at bigint              -- 翻转值 | rolls over at | where a cumulative counter begins again from 0
);
