-- One row for each person of a frozen list: served or held out, with the reasons and what they did before.
--
-- grain: run_key, patron_key

create table ledger.service_member (
    run_key    varchar not null,  -- 运行号 | run
    patron_key varchar not null,  -- 读者假名 | patron #pseudonym
    arm        varchar not null,  -- 组别 | arm | served or held_out
    drawn_with varchar not null,  -- 抽取单元 | drawn with | the class taught together, or the person alone
    baseline   double,            -- 基线 | baseline | outcomes in as many days before; empty where they were not measured
    reasons    varchar not null   -- 原因 | reasons | codes, the strongest first
);
