-- One row for each time a service's list was frozen: for whom, how many were held out, and what could be seen at best.
--
-- Written once, before anybody is contacted, and never changed; the list stands in ledger.service_member.
--
-- grain: run_key

create table ledger.service_run (
    run_key         varchar   not null,  -- 运行号 | run
    service         varchar   not null,  -- 服务 | service | as data/reference/services.yml names it
    service_version integer   not null,  -- 服务版本 | version of the service
    purpose         varchar   not null,  -- 法定用途 | purpose
    term            varchar   not null,  -- 学期 | term
    as_of           date      not null,  -- 截至日期 | as of | what the list was drawn from had happened by then
    window_days     integer   not null,  -- 观察天数 | days watched | after the list was frozen
    drawn_by        varchar   not null,  -- 抽取单位 | drawn by | patron, or class_group where people are taught together
    holdout_share   double    not null,  -- 对照比例 | share held out
    base_rate       double    not null,  -- 基准比例 | base rate | share expected to respond unasked
    detectable      double,              -- 可检出差异 | detectable difference | with 80 per cent power; empty where no number of people would do
    served          bigint    not null,  -- 服务人数 | served
    held_out        bigint    not null,  -- 对照人数 | held out
    frozen_at       timestamp not null,  -- 冻结时间 | frozen at
    frozen_by       varchar   not null,  -- 经办 | frozen by | the account that ran the command
    expires_on      date      not null   -- 失效日期 | expires on | no list of this run is written after
);
