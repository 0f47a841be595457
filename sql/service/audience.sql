-- One row for each service, term and college: how many readers it is for, and how many of them seem to need it.
--
-- grain: service, term, college
-- persons: persons
-- counts: members
-- check needs_are_of_the_eligible: in_need <= persons
-- check stated_needs_are_needs: stated <= in_need

create table service.audience (
    service varchar not null,  -- 服务 | service
    term    varchar not null,  -- 学期 | term
    college varchar not null,  -- 学院 | college | 未知 unknown where none is given
    persons bigint  not null,  -- 适用人数 | eligible | readers the service is for
    in_need bigint  not null,  -- 需求人数 | in need #part
    stated  bigint  not null   -- 自述人数 | stated | of those in need, who said so themselves #part
);
