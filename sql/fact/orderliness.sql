-- How much new there is in the order of a person's visits in a term; only where there are 20 visits of known time.
--
-- A term is computed anew where its visits are not those that its rows were made from.
--
-- grain: patron_key, term
-- settles term: clean.visit
-- check nothing_is_negative: order_actual_entropy >= 0

create table fact.orderliness (
    patron_key           varchar not null,  -- 读者假名 | patron #pseudonym
    term                 varchar not null,  -- 学期 | term
    order_actual_entropy double  not null,  -- 到馆次序熵 | entropy of order | nats; Lempel–Ziv actual entropy of the slots (weekday and part of the day) of successive visits: near 0 where they repeat, up to about ln 21 where nothing does; from 20 visits of known time on
    made_from            varchar not null   -- 来源指纹 | made from | a fingerprint of all visits of the term
);
