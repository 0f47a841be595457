-- One row for each weekday and period of the year in which the library, or one of its buildings, has fixed hours.
--
-- A day on which the library is closed is named in ref.day, whatever its hours would be.
--
-- grain: building, weekday, period, valid_from
-- check weekday_is_one: weekday between 1 and 7
-- check period_is_known: period in ('teaching', 'exam', 'vacation', 'break')
-- check hours_lie_within_a_day_and_its_night: opens >= 0 and closes >= opens and closes <= 1800

create table ref.opening_hours (
    building   varchar,           -- 馆舍 | building | all, or empty, for the library as a whole
    weekday    integer not null,  -- 星期 | weekday | 1 Monday … 7 Sunday
    period     varchar not null,  -- 时段 | period | teaching, exam, vacation or break (in a term, outside teaching and exams)
    valid_from date,              -- 生效日期 | valid from | empty where they hold from the beginning
    valid_to   date,              -- 失效日期 | valid to | the last day; empty while they hold
    opens      integer not null,  -- 开馆时间 | opens | minutes after midnight
    closes     integer not null   -- 闭馆时间 | closes | minutes after midnight; above 1440 past the next midnight
);
