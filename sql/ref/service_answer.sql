-- One row for each answer to a survey by which readers say that they want a service, or that they do not.
--
-- From data/reference/services.yml.
--
-- grain: service, item, answer

create table ref.service_answer (
    service   varchar not null,  -- 服务 | service
    item      varchar not null,  -- 题项 | item | of the survey
    answer    varchar not null,  -- 回答 | answer | as it is chosen, or its number of points
    is_wanted boolean not null   -- 是否需要 | wanted
);
