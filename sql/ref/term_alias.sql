-- One row for each way in which a received file writes a term, and the term of the site's calendar that it means.
--
-- grain: alias

create table ref.term_alias (
    alias varchar not null,  -- 学期写法 | alias | as it was received: 20231, 2023秋, Fall 2023
    term  varchar            -- 学期 | term | of ref.term; empty where the form is unknown or the calendar has no such term
);
