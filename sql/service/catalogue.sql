-- One row for each service of the catalogue (data/reference/services.yml), and whether this site can offer it by need.
--
-- A service whose feeds a site lacks says so and lists nobody; one that is announced openly or is no software never does.
--
-- grain: service
-- check status_is_known: status in ('ready', 'feed_missing', 'not_begun', 'ended', 'no_software', 'never_targeted')
-- check what_is_not_ready_says_why: status = 'ready' or remark_en is not null

create table service.catalogue (
    service         varchar not null,  -- 服务 | service | a short code
    number          integer not null,  -- 序号 | number | in the table of 27 services
    version         integer not null,  -- 版本 | version
    label_zh        varchar not null,  -- 中文名 | Chinese name
    label_en        varchar not null,  -- 英文名 | English name
    family          varchar not null,  -- 服务类别 | family | resources, literacy, research, space or culture
    family_zh       varchar not null,  -- 类别中文名 | Chinese name of the family
    family_en       varchar not null,  -- 类别英文名 | English name of the family
    offered_to      varchar not null,  -- 服务对象 | offered to | patron, or unit
    drawn_by        varchar not null,  -- 抽取单位 | drawn by | patron, or class_group where people are taught together
    channel         varchar,           -- 渠道 | channel
    cap_class       varchar,           -- 触达类别 | class of contact | invitational, or transactional, which no cap holds back; empty where nobody is written to
    owner           varchar not null,  -- 负责部门 | owner
    purpose         varchar,           -- 法定用途 | purpose | which use of the data it rests on; empty where it uses none
    window_days     integer,           -- 观察天数 | days watched | in which a response counts; empty where no outcome is told
    outcome_zh      varchar,           -- 结果说明 | outcome in Chinese
    outcome_en      varchar,           -- 结果英文说明 | outcome in English
    starts_on       date,              -- 开始日期 | starts on
    ends_on         date,              -- 结束日期 | ends on | empty while it goes on
    needs           varchar not null,  -- 所需数据 | feeds needed | their names; blank where none
    used_columns    varchar not null,  -- 所用列 | columns used | by who it is for, its signals and its outcome; blank where none
    is_need_told    boolean not null,  -- 能否识别需求 | need is told | the need of single readers is found on this site
    is_outcome_told boolean not null,  -- 能否测量结果 | outcome is told | what readers did about it is found on this site
    status          varchar not null,  -- 状态 | status | ready, feed_missing, not_begun, ended, no_software or never_targeted
    remark_zh       varchar,           -- 说明 | remark in Chinese
    remark_en       varchar            -- 英文说明 | remark in English
);
