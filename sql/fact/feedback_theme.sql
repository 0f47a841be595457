-- One row for each piece of feedback and theme it is about: a ticket by its category, a comment of a survey by its words.
--
-- Themes are found by the words of ref.theme, as in report.survey_theme; a piece can have several, or `other`.  A comment
-- that says there is nothing to say has none.  What was written stays where it came in.
--
-- grain: source, feedback_key, theme

create table fact.feedback_theme (
    source       varchar not null,  -- 来源 | source | ticket or survey
    feedback_key varchar not null,  -- 反馈编号 | feedback | the ticket, or the survey and its response
    theme        varchar not null   -- 主题 | theme | of ref.theme; other where no word was known
);
