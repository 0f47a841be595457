-- One row for each honour the library gave to a reader.
--
-- feed: 往届荣誉 | honours
-- grain: patron_key, award, awarded_on
-- happened: awarded_on
-- due: 400 days
-- purpose: portrait, research

create table raw.honour (
    patron_key varchar not null,  -- 读者假名 | patron #pseudonym
    award      varchar not null,  -- 荣誉 | award | reading_star, study_list, or the library's own word
    period     varchar,           -- 评选周期 | period | the year or term it was given for, as the library writes it
    awarded_on date    not null   -- 授予日期 | awarded on
);
