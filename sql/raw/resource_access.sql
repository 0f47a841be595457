-- One row for each line of a proxy log: somebody reached a platform. Paths and queries stay outside.
--
-- feed e_resource: 电子资源访问 | electronic resources
-- days: accessed_at
-- retention: 4 to 6 months
-- grain: patron_key, accessed_at, host, kind
-- happened: accessed_at
-- due: 2 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: kind, value_set: [document, page, asset, login]}
-- expect ColumnValuesToBeBetween: {column: status, min_value: 100, max_value: 599, mostly: 0.999, severity: warning}

create table raw.resource_access (
    patron_key   varchar,            -- 读者假名 | patron | empty where the proxy did not ask who it was #pseudonym
    patron_group varchar,            -- 读者组 | patron group | as the proxy names it #quasi_identifier
    accessed_at  timestamp not null, -- 访问时间 | accessed at
    host         varchar,            -- 主机 | host | only the host
    status       integer,            -- 状态码 | status | of HTTP
    bytes        bigint,             -- 字节数 | bytes
    kind         varchar not null    -- 类型 | kind | document, page, asset (what a page draws in) or login
);
