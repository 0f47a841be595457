-- One row for each person of a trial that was drawn elsewhere or before: offered a service, or held out on purpose.
--
-- Only who was drawn by chance belongs here.  Who was offered a service and refused, or was never reached, stays where
-- chance had put them.
--
-- feed: 服务试验分组 | trials of services
-- grain: run_key, patron_key
-- happened: assigned_at
-- due: 400 days
-- purpose: research
-- expect ColumnValuesToBeInSet: {column: arm, value_set: [served, held_out]}
-- expect ColumnValuesToBeBetween: {column: window_days, min_value: 1, max_value: 400}
-- expect ColumnValuesToBeBetween: {column: detectable, min_value: 0, max_value: 1}

create table raw.service_assignment (
    run_key     varchar   not null,  -- 试验编号 | trial
    service     varchar   not null,  -- 服务 | service | a code of data/reference/services.yml
    patron_key  varchar   not null,  -- 读者假名 | patron #pseudonym
    arm         varchar   not null,  -- 组别 | arm | served or held_out
    drawn_with  varchar,             -- 抽取单元 | drawn with | the class or group that was drawn as one; empty where each person was drawn alone
    assigned_at timestamp not null,  -- 分组时间 | drawn at
    window_days integer,             -- 观察天数 | days watched | from the draw on; empty: as the service's own
    detectable  decimal(6, 4)        -- 计划检出差异 | planned difference | of the shares, that the trial was to be able to see
);
