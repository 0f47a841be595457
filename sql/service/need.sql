-- One row for each reader, term and service that the reader seems to need, and why.
--
-- What readers say of themselves comes before what is inferred: a need stated stands without any sign of it, and a need
-- declined is not inferred.  Only readers whom the service is for have rows; a sign that was not measured is no sign.
--
-- grain: patron_key, term, service
-- check strength_is_a_share: strength between 0 and 1
-- check a_need_has_a_reason: reasons <> ''
-- check what_is_stated_is_certain: not is_stated or strength = 1

create table service.need (
    patron_key varchar not null,  -- 读者假名 | patron #pseudonym
    term       varchar not null,  -- 学期 | term
    service    varchar not null,  -- 服务 | service
    is_stated  boolean not null,  -- 是否自述 | stated | the reader said so; else inferred
    strength   double  not null,  -- 强度 | strength | 1 where stated, else of the strongest reason
    reasons    varchar not null   -- 原因 | reasons | codes of service.reason with a blank between, the strongest first
);
