-- One row for each college whose discipline group the site has said; a college that is not named belongs to none.
--
-- grain: college

create table ref.college (
    college          varchar not null,  -- 学院 | college | as the campus hub writes it
    discipline_group varchar not null,  -- 学科组 | discipline group | humanities (with social sciences), science, engineering, medicine, or a word of the site's own
    label_en         varchar            -- 英文名 | English name | may be left empty: the Chinese one stands in its place
);
