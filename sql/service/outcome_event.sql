-- One row for each service, reader and day on which the reader did what the service is meant to lead to.
--
-- It says what happened, not that the service brought it about.
--
-- grain: service, patron_key, happened_on
-- settles happened_on: clean.visit, clean.loan, clean.booking, clean.consultation, clean.resource_access

create table service.outcome_event (
    service     varchar not null,  -- 服务 | service
    patron_key  varchar not null,  -- 读者假名 | patron #pseudonym
    happened_on date    not null   -- 发生日期 | happened on
);
