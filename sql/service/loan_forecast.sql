-- One row for each college and class that enough people borrow from: the loans to expect in the next term.
--
-- The next term is the first that begins after the last day received.  What is shown is the candidate that
-- service.loan_forecast_skill found best; the column model says which it is.  A college's class is foretold only
-- where the site's smallest cell of people borrowed in every one of the terms it is foretold from, and one or two of
-- them never the most, so that no figure here is one person's.
--
-- grain: college, class_scheme, class_top
-- persons: borrowers
-- check the_band_holds_no_negative: p10 >= 0
-- check the_band_is_in_order: p10 <= p90

create table service.loan_forecast (
    college      varchar not null,  -- 学院 | college | of the borrower on the day of the loan
    class_scheme varchar not null,  -- 分类法 | classification
    class_top    varchar not null,  -- 大类 | main class
    term         varchar not null,  -- 预测学期 | term foretold
    expected     double  not null,  -- 预计借阅册次 | expected loans #count #even
    p10          double  not null,  -- 下限 | lower bound | one cell in ten stays below #count #even
    p90          double  not null,  -- 上限 | upper bound | one cell in ten goes above #count #even
    borrowers    bigint  not null,  -- 最少借阅人数 | fewest borrowers | of the terms it is foretold from
    model        varchar not null,  -- 预测方法 | method | model, last_year, same_season or season_mean
    made_as_of   date    not null   -- 截至日期 | made as of | the last day received
);
