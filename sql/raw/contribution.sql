-- One row for each service that a reader gave: as a volunteer or as a student assistant.
--
-- feed: 志愿与助理 | volunteering
-- days: served_on
-- grain: patron_key, role, activity, served_on, hours
-- happened: served_on
-- due: 30 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeBetween: {column: hours, min_value: 0}

create table raw.contribution (
    patron_key varchar not null,  -- 读者假名 | patron #pseudonym
    role       varchar not null,  -- 岗位 | role | what the person served as
    activity   varchar,           -- 活动 | activity | what was done #sensitive
    served_on  date    not null,  -- 服务日期 | served on
    hours      decimal(9, 2)      -- 服务时长 | hours | empty where they were not noted
);
