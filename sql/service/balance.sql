-- One row for each run that held people out and each thing known of them before: whether the arms were alike.
--
-- A difference is in standard deviations; below 0.1 the arms are held to be alike.  In small arms chance alone makes it
-- larger than that, and larger than by_chance once in twenty.
--
-- grain: run_key, trait
-- persons: persons
-- check alike_is_below_a_tenth: difference is null or is_alike = (abs(difference) < 0.1)

create table service.balance (
    run_key          varchar not null,  -- 运行号 | run
    trait            varchar not null,  -- 特征 | trait
    label_zh         varchar not null,  -- 中文名 | Chinese name
    label_en         varchar not null,  -- 英文名 | English name
    persons          bigint  not null,  -- 较小组人数 | persons of the smaller arm | of whom it is known
    served_mean      double  not null,  -- 服务组均值 | mean of those served
    held_out_mean    double  not null,  -- 对照组均值 | mean of those held out
    largest_share    double  not null,  -- 最大者占比 | share of the largest | of either arm's total, the larger; never leaves
    two_largest_share double not null,  -- 前两者占比 | share of the two largest | never leaves
    difference       double,            -- 标准化差异 | standardised difference | empty where an arm differs from the other and never within itself #index
    by_chance        double  not null,  -- 偶然界限 | by chance | exceeded once in twenty by chance alone #index
    is_alike         boolean not null,  -- 是否均衡 | alike | difference below 0.1
    is_beyond_chance boolean not null   -- 是否超出偶然 | beyond chance
);
