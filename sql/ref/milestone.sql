-- One row for each milestone of a reader: what is counted, and up to which number.
--
-- grain: milestone
-- check numbers_begin_at_one: number >= 1
-- check kind_is_known: kind in ('visit', 'loan', 'booking', 'room', 'e_resource', 'training', 'consultation', 'contribution', 'streak')

create table ref.milestone (
    milestone varchar not null,  -- 里程碑 | milestone
    position  integer not null,  -- 次序 | position
    label_zh  varchar not null,  -- 中文名 | Chinese name
    label_en  varchar not null,  -- 英文名 | English name
    kind      varchar not null,  -- 种类 | kind | loans are counted one by one; of visit, booking, room, e_resource, training, consultation and contribution the days; streak is of weeks
    number    integer not null   -- 数目 | number | reached with so many; of a streak the fewest weeks worth telling
);
