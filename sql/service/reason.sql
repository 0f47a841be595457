-- One row for each reason for which a service is suggested, in words.
--
-- grain: service, reason
-- check strength_is_a_share: strength between 0 and 1

create table service.reason (
    service   varchar not null,  -- 服务 | service
    reason    varchar not null,  -- 原因代码 | reason | stated where the reader said so
    position  integer not null,  -- 次序 | position | the strongest first
    strength  double  not null,  -- 强度 | strength | of the need, where the reason holds
    label_zh  varchar not null,  -- 中文说明 | in Chinese
    label_en  varchar not null   -- 英文说明 | in English
);
