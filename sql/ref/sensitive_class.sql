-- One row for each class of books that tells too much of whoever reads it: belief, health of body and mind, politics.
--
-- A class means all that its code begins.  No sign of a need is taken from loans in it, and no outcome is counted there.
--
-- grain: class_scheme, class_code

create table ref.sensitive_class (
    class_scheme varchar not null,  -- 分类法 | class scheme | clc, lcc or ddc
    class_code   varchar not null,  -- 类号 | class code | a second- or third-level class, or what several begin with
    label_zh     varchar not null,  -- 中文名 | Chinese name
    label_en     varchar not null   -- 英文名 | English name
);
