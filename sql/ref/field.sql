-- One row for each class of books and each discipline (学科门类) that it belongs to; a class may have two.
--
-- A class is named by its second level where that differs from the rest of its main class, else by its main class.
--
-- grain: class_scheme, class_code, discipline
-- check discipline_is_known: discipline between '00' and '14'

create table ref.field (
    class_scheme varchar not null,  -- 分类法 | class scheme | clc, lcc or ddc
    class_code   varchar not null,  -- 类号 | class code | of the second level, or of the main class
    discipline   varchar not null   -- 学科门类 | discipline | 01 philosophy, 02 economics, 03 law, 04 education, 05 literature, 06 history, 07 science, 08 engineering, 09 agriculture, 10 medicine, 11 military science, 12 management, 13 arts, 14 interdisciplinary; 00 general, of no discipline
);
