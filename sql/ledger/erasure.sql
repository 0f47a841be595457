-- One row for each number of a reader who asked to be forgotten: enough to know it again at the door, and to nobody a way back.
--
-- Written before anything is erased, so that a run between the two takes in nothing of that reader.
--
-- grain: tombstone

create table ledger.erasure (
    tombstone   varchar   not null,  -- 墓碑 | tombstone | a keyed hash under a label of its own
    asked_at    timestamp not null,  -- 申请时间 | asked at
    finished_at timestamp            -- 完成时间 | finished at | empty while something of them is still to be erased
);
