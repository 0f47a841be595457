-- One row for each booking of a seat or a room.
--
-- feed space: 空间预约 | space booking | expected
-- days: starts_at by building
-- retention: 7 to 13 months
-- grain: booking_key
-- happened: starts_at, checked_in_at, checked_out_at, cancelled_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: status, value_set: [reserved, completed, cancelled_user, cancelled_staff, no_show, denied, unknown]}
-- expect ColumnValuesToBeInSet: {column: space_type, value_set: [seat, group_room, studio, media, training, other]}

create table raw.space_booking (
    booking_key    varchar not null,   -- 预约号 | booking
    patron_key     varchar,            -- 读者假名 | patron #pseudonym
    building       varchar,            -- 馆舍 | building
    space          varchar,            -- 空间 | space | room or area
    seat           varchar,            -- 座位 | seat
    space_type     varchar not null,   -- 空间类型 | space type | seat, group_room, studio, media, training or other
    booked_at      timestamp,          -- 预约时间 | booked at
    starts_at      timestamp not null, -- 开始时间 | starts at
    ends_at        timestamp not null, -- 结束时间 | ends at
    checked_in_at  timestamp,          -- 签到时间 | checked in at
    checked_out_at timestamp,          -- 签退时间 | checked out at
    cancelled_at   timestamp,          -- 取消时间 | cancelled at
    status         varchar not null    -- 状态 | status | reserved, completed, cancelled_user, cancelled_staff, no_show, denied or unknown
);
