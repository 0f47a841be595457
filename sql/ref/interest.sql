-- One row for each interest that loans may tell of, and a main class of books that belongs to it.
--
-- grain: interest, class_scheme, class_top

create table ref.interest (
    interest     varchar not null,  -- 兴趣 | interest | art or heritage
    class_scheme varchar not null,  -- 分类法 | class scheme | clc, lcc or ddc
    class_top    varchar not null   -- 大类 | main class
);
