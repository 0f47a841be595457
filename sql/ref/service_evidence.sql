-- One row for each service of which more is known than its catalogue says: how it is rated, which rooms are its own, what it costs.
--
-- grain: service
-- check cost_is_not_negative: cost >= 0

create table ref.service_evidence (
    service       varchar not null,  -- 服务 | service | a code of data/reference/services.yml
    survey_family varchar,           -- 问卷系列 | survey family | in which it is rated; empty where in none
    item          varchar,           -- 题项 | item | by which it is rated
    dimension     varchar,           -- 维度 | dimension | of LibQUAL+ that it belongs to: AS affect of service, IC information control, LP library as place
    space_type    varchar,           -- 空间类型 | kind of space | whose bookings are the service's own
    cost          double             -- 费用 | cost | of a term, in the site's currency; empty where not given
);
