-- One row for each part of the stock whose classification differs from the rest of the site.
--
-- The first rule that fits decides, by position; what none fits has the class_scheme of the site file.  The three
-- patterns are held against what an export says, % standing for anything, so `2,%,外文%,%,lcc` reads every location
-- that begins with 外文 as lcc, and `1,old_system,%,%,none` leaves what one export brought unclassed.
--
-- grain: position
-- check scheme_is_known: class_scheme in ('clc', 'lcc', 'ddc', 'none')

create table ref.class_scheme (
    position     integer not null,  -- 次序 | position | the first that fits decides
    source       varchar not null,  -- 来源 | source | as the site file names it; % for any
    location     varchar not null,  -- 馆藏地 | location | % for any
    item_type    varchar not null,  -- 文献类型 | item type | % for any
    class_scheme varchar not null   -- 分类法 | class scheme | clc, lcc, ddc, or none for stock in an order of its own
);
