-- One row for each release: when figures about groups were shown, to whom, and how it was seen to that nobody is given away.
--
-- grain: release

create table ledger.release (
    release    integer   not null,  -- 发布批次 | release
    shown_to   varchar   not null,  -- 发布对象 | shown to | a recipient; everybody is taken to know what anybody was shown
    shown_at   timestamp not null,  -- 发布时间 | shown at
    mode       varchar   not null,  -- 方式 | mode | exact or simple, as the site file says
    small_cell integer   not null,  -- 小单元阈值 | small cell
    cells      bigint    not null,  -- 单元数 | cells | rows about groups that were looked at
    withheld   bigint    not null,  -- 不公布数 | withheld | of them, without figures
    attacked   bigint    not null   -- 受检数 | attacked | small ones that the attacker tried to work out, and could not
);
