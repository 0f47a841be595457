-- One row for each passage through a gate.
--
-- feed gate: 门禁 | gates | expected
-- days: passed_at by building
-- retention: 7 to 13 months
-- grain: patron_key, building, gate, passed_at, direction
-- happened: passed_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: direction, value_set: [in, out, unknown]}

create table raw.gate_event (
    patron_key varchar,             -- 读者假名 | patron | pseudonym of the number on the card; empty for visitors #pseudonym
    building   varchar not null,    -- 馆舍 | building
    gate       varchar,             -- 闸机 | gate | the gate's own name
    direction  varchar not null,    -- 方向 | direction | in, out or unknown
    passed_at  timestamp not null   -- 通行时间 | passed at
);
