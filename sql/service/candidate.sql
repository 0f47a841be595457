-- One row for each reader and service needed in the latest term: whether the reader may be contacted, or what stops it.
--
-- As of the last day received.  The rules are those of ref.contact_rule; when a list is frozen and again when it is
-- written they are asked once more.
--
-- grain: patron_key, service
-- check what_stops_is_known: stopped_by in ('opted_out', 'held_out', 'quiet_weeks', 'resting', 'service_and_term', 'cooling_off', 'person_cap')

create table service.candidate (
    patron_key       varchar not null,  -- 读者假名 | patron #pseudonym
    service          varchar not null,  -- 服务 | service
    term             varchar not null,  -- 学期 | term
    as_of            date    not null,  -- 截至日期 | as of
    college          varchar,           -- 学院 | college
    class_group      varchar,           -- 班级 | class
    discipline_group varchar,           -- 学科组 | discipline group
    is_stated        boolean not null,  -- 是否自述 | stated
    strength         double  not null,  -- 强度 | strength
    reasons          varchar not null,  -- 原因 | reasons
    stopped_by       varchar,           -- 阻止规则 | stopped by | empty: may be contacted; else opted_out, held_out, quiet_weeks, resting (several contacts unanswered), service_and_term, cooling_off (another department wrote lately) or person_cap
    stopped_until    date               -- 阻止截至 | stopped until | the first day on which the rule no longer stops it; empty where it is not known or there is none
);
