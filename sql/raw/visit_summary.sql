-- One row for each summary line of a gate system that exports no swipes: a person, a first entry, and how often.
--
-- A building whose swipes come in raw.gate_event must not come here as well.
--
-- feed gate: 到馆汇总 | visit summaries
-- days: entered_at by building
-- retention: 7 to 13 months
-- grain: patron_key, building, entered_at
-- happened: entered_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeBetween: {column: entries, min_value: 1, max_value: 200}
-- expect ColumnValuesToBeBetween: {column: dwell_hours, min_value: 0, max_value: 24, mostly: 0.99, severity: warning}

create table raw.visit_summary (
    patron_key  varchar,            -- 读者假名 | patron #pseudonym
    building    varchar not null,   -- 馆舍 | building
    entered_at  timestamp not null, -- 进馆时间 | entered at | the first entry that the line speaks of
    entries     integer not null,   -- 到馆次数 | entries
    dwell_hours decimal(9, 3)       -- 在馆时长 | dwell | in hours, as the gate system counts it
);
