-- One row for each class of books that has a name here: main classes, and the second level of clc.
--
-- grain: class_scheme, class_code

create table ref.class (
    class_scheme varchar not null,  -- 分类法 | class scheme | clc, lcc or ddc
    class_code   varchar not null,  -- 类号 | class code | as in class_top and class_second
    class_top    varchar not null,  -- 大类 | main class | that it belongs to
    label_zh     varchar not null,  -- 中文名 | Chinese name
    label_en     varchar not null   -- 英文名 | English name
);
