-- One row for each person and event, registered or come; where only heads were counted, one row for the count.
--
-- feed event: 活动与培训 | events and training
-- days: starts_at where attendance in ('attended', 'absent')
-- grain: event_key, patron_key, registered_at, attendance, starts_at
-- happened: starts_at
-- due: 30 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: event_type, value_set: [training, lecture, exhibition, competition, tour, orientation, other]}
-- expect ColumnValuesToBeInSet: {column: mode, value_set: [onsite, online]}
-- expect ColumnValuesToBeInSet: {column: attendance, value_set: [attended, absent, registered, waitlisted, cancelled]}
-- expect ColumnValuesToBeBetween: {column: attendees, min_value: 0}
-- expect ColumnValuesToBeBetween: {column: credit_hours, min_value: 0}

create table raw.event_attendance (
    event_key     varchar   not null,  -- 活动编号 | event
    title         varchar,             -- 活动名称 | title #sensitive
    series        varchar,             -- 系列 | series
    event_type    varchar   not null,  -- 活动类型 | event type | training, lecture, exhibition, competition, tour, orientation or other
    place         varchar,             -- 地点 | place
    mode          varchar,             -- 形式 | mode | onsite or online
    starts_at     timestamp not null,  -- 开始时间 | starts at | of the event, or when the person signed in
    ends_at       timestamp,           -- 结束时间 | ends at | of the event, or when the person signed out
    patron_key    varchar,             -- 读者假名 | patron | empty where nobody was named #pseudonym
    registered_at timestamp,           -- 报名时间 | registered at
    attendance    varchar   not null,  -- 到场 | attendance | attended, absent, registered, waitlisted or cancelled; registered alone does not say whether somebody came
    credit_hours  decimal(9, 2),       -- 学时 | credit hours | that the event gives
    attendees     integer              -- 到场人数 | attendees | filled only where heads were counted
);
