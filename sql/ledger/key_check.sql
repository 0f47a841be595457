-- One row: a fingerprint by which the key this warehouse was made with is known again.
--
-- grain: key_check

create table ledger.key_check (
    key_check varchar not null  -- 密钥校验值 | key check
);
