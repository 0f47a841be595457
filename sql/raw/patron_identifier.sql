-- One row for each card or other number a person has held, and while they held it.
--
-- feed: 校园卡与证号 | cards and numbers
-- grain: identifier_key, patron_key, valid_from
-- happened: valid_from
-- due: 30 days
-- purpose: portrait, recommendation, research

create table raw.patron_identifier (
    identifier_key varchar not null,   -- 证件号假名 | identifier | a keyed pseudonym of a card number #pseudonym
    patron_key     varchar not null,   -- 读者假名 | patron | the person who held it #pseudonym
    valid_from     timestamp not null, -- 启用时间 | valid from
    valid_to       timestamp           -- 停用时间 | valid to | empty while it is in use
);
