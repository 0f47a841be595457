-- One row for each person of a frozen run who stands on a list that was written: from then on they count as contacted.
--
-- Written before the list itself, so that a crash between the two leaves a contact too many in the count and never one too few.
--
-- grain: run_key, patron_key

create table ledger.service_contact (
    run_key      varchar not null,  -- 运行号 | run
    patron_key   varchar not null,  -- 读者假名 | patron #pseudonym
    contacted_on date    not null   -- 触达日期 | contacted on | the day on which the list was first written
);
