-- One row for each target, building and open hour of the next four weeks that the calendar knows: the demand to expect.
--
-- What is shown is the candidate that service.forecast_skill found best; it is a model only where the model beat every
-- plain rule, and the column model says which it is.
--
-- grain: target, place, day, hour
-- check the_band_holds_no_negative: p10 >= 0
-- check the_band_is_in_order: p10 <= p90

create table service.forecast (
    target     varchar not null,  -- 预测对象 | target | entries or seats_in_use
    place      varchar not null,  -- 地点 | place | building
    day        date    not null,  -- 日期 | day
    hour       integer not null,  -- 小时 | hour
    horizon    integer not null,  -- 预测跨度 | horizon | days ahead that the figures were judged at: 1, 7 or 28
    expected   double  not null,  -- 预计值 | expected | persons or seats in the hour
    p10        double  not null,  -- 下限 | lower bound | one hour in ten stays below
    p90        double  not null,  -- 上限 | upper bound | one hour in ten goes above
    model      varchar not null,  -- 预测方法 | method | model, last_week, same_week or past_mean
    made_as_of date    not null   -- 截至日期 | made as of | the last day received
);
