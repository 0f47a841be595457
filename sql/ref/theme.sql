-- One row for each word by which a comment is known to be about a theme.
--
-- A library adds its own words: names of rooms, systems and databases.  Of words that overlap, the longest counts.
--
-- grain: theme, word

create table ref.theme (
    theme    varchar not null,  -- 主题 | theme
    label_zh varchar not null,  -- 中文名 | Chinese name
    label_en varchar not null,  -- 英文名 | English name
    language varchar not null,  -- 语言 | language | of the word: zh or en
    word     varchar not null   -- 词 | word | written in small letters; an English word counts as a whole word or its plural, a Chinese one anywhere
);
