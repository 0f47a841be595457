-- One row for each reader, term and kind of use: how likely the reader is to use the library so in the next term.
--
-- For the planning of services and for suggestions a reader may decline; never for a sanction, a mark or a warning.  Only
-- what the reader did in the library, the study year and the level speak; college, gender and origin do not.  What is
-- shown is the way that segment.propensity_skill shows to be best, the plainest where none is clearly better.
--
-- grain: patron_key, term, target
-- check probability_is_a_share: probability between 0 and 1

create table segment.propensity (
    patron_key  varchar not null,  -- 读者假名 | patron #pseudonym
    term        varchar not null,  -- 学期 | term | predicted from; the probability is of the term after it
    target      varchar not null,  -- 预测对象 | target | visit, loan, booking or training
    probability double  not null,  -- 下学期使用概率 | probability next term | of a reader who is still enrolled then
    model       varchar not null   -- 预测方法 | method | baseline, logistic or boosted
);
