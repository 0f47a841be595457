-- One row for each reader and term: the kind of use the reader made of the library, and why it is thought so.
--
-- Rules place who was away, could not be measured, or did not come; the others are placed by a frozen model of
-- segment.model, and keep their segment of the term before unless another is clearly nearer.
--
-- grain: patron_key, term
-- check a_margin_needs_an_alternative: (margin is null) = (alternative is null)
-- check a_reason_needs_an_alternative: reason_1 is null or alternative is not null
-- check a_model_gives_a_margin: (model_version is null) = (margin is null)
-- check no_segment_beside_itself: alternative is null or alternative <> segment

create table segment.reader (
    patron_key    varchar not null, -- 读者假名 | patron #pseudonym
    term          varchar not null, -- 学期 | term
    segment       varchar not null, -- 细分群体 | segment | a code of ref.segment_name
    is_mixed      boolean not null, -- 是否处于两类之间 | between two segments | margin below 0.1
    margin        double,           -- 区分度 | margin | how much nearer the own centre is than the alternative's, as a share of the latter; at or below 0 for a reader who keeps last term's segment; empty where a rule decides
    reason_1      varchar,          -- 理由一 | first reason | what most sets the reader apart from the alternative, as feature:+ (more) or feature:- (less)
    reason_2      varchar,          -- 理由二 | second reason | as above
    reason_3      varchar,          -- 理由三 | third reason | as above
    alternative   varchar,          -- 次近群体 | alternative | the nearest other segment
    model_version integer           -- 模型版本 | model version | by which the reader was placed; empty where a rule decides
);
