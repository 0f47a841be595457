-- One row for each title and period of a loan ranking; nobody is identified.
--
-- feed: 借阅排行 | loan rankings
-- grain: place, title, author, call_number, audience, media, period_start
-- happened: period_start
-- due: 400 days
-- purpose: research
-- expect ColumnValuesToBeBetween: {column: loans, min_value: 0}

create table raw.title_circulation (
    title        varchar,           -- 题名 | title #sensitive
    author       varchar,           -- 著者 | author #sensitive
    call_number  varchar,           -- 索书号 | call number #sensitive
    place        varchar,           -- 馆舍 | place
    audience     varchar,           -- 读者对象 | audience | adults, young people, children
    media        varchar,           -- 载体 | media
    period_start date not null,     -- 期初 | period start
    loans        integer not null   -- 借阅册次 | loans
);
