-- One row for each question that was answered: at a desk, in a chat, by an assistant, by mail or by telephone.
--
-- A chat that comes both as a transcript and in the librarians' own log is two rows of two source kinds.
--
-- feed: 咨询 | consultation
-- days: opened_at
-- retention: 4 to 6 months
-- grain: source_kind, consultation_key
-- happened: opened_at, closed_at
-- due: 30 days
-- purpose: portrait, research
-- expect ColumnValuesToBeInSet: {column: source_kind, value_set: [transcript, analytics, log]}
-- expect ColumnValuesToBeInSet: {column: channel, value_set: [desk, chat, ai, email, phone, embedded, other]}
-- expect ColumnValuesToBeInSet: {column: outcome, value_set: [resolved, unresolved, transferred]}
-- expect ColumnValuesToBeBetween: {column: read_level, min_value: 1, max_value: 6}

create table raw.consultation (
    consultation_key varchar   not null,  -- 咨询号 | consultation | the system's own number of the question or chat
    patron_key       varchar,             -- 读者假名 | patron | empty where nobody was named #pseudonym
    source_kind      varchar   not null,  -- 来源类型 | source kind | transcript (written by the chat system), analytics (noted by staff) or log (written by an assistant or a desk system)
    channel          varchar   not null,  -- 渠道 | channel | desk, chat, ai, email, phone, embedded or other
    opened_at        timestamp not null,  -- 提问时间 | opened at
    closed_at        timestamp,           -- 结束时间 | closed at
    read_level       integer,             -- READ 等级 | READ level | effort from 1 to 6; 3 and above is reference work
    topic            varchar,             -- 主题 | topic | as staff or the assistant named it #sensitive
    outcome          varchar,             -- 结果 | outcome | resolved, unresolved or transferred
    rating           decimal(5, 2),       -- 评分 | rating | by the person who asked
    turns            integer              -- 轮次 | turns | messages to and fro
);
