-- One row for each thing a reader said about a use of their data that needs their own consent: yes, or no longer.
--
-- feed: 读者意愿 | readers' consents
-- grain: patron_key, purpose, said_at, statement
-- happened: said_at
-- due: 30 days
-- purpose: portrait, recommendation, research
-- expect ColumnValuesToBeInSet: {column: statement, value_set: [given, withheld]}

create table raw.consent (
    patron_key varchar   not null,  -- 读者假名 | patron #pseudonym
    purpose    varchar   not null,  -- 用途 | purpose | study_list for public lists; individual_portrait for a page of one's own, segmentation for being grouped, recommendation for being suggested services, which hold until they are refused
    statement  varchar   not null,  -- 意愿 | statement | given, or withheld where consent is refused or taken back
    said_at    timestamp not null,  -- 表态时间 | said at
    channel    varchar              -- 渠道 | channel
);
