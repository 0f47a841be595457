-- One row for each name by which a service that is never aimed at anybody is known: of its rooms, gates and events.
--
-- What bears such a name stays out of everything that is said of a person.  From data/reference/services.yml.
--
-- grain: service, name

create table ref.protected_name (
    service varchar not null,  -- 服务 | service
    name    varchar not null   -- 名称 | name | or a part of it
);
