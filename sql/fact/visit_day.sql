-- One row for each day on which somebody came; nobody is identified.
--
-- grain: service_date
-- rebuild: month(service_date)

select
    service_date,                                -- 服务日 | service day #aggregate
    cast(sum(entries) as bigint) as visits       -- 到馆人次 | visits | entries, as the gates count them #aggregate
from clean.visit
group by service_date
