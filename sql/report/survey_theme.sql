-- One row for each survey, group and theme: how many of those who wrote something, or chose a wish, meant the theme.
--
-- Themes are found by the words of ref.theme in masked text; a comment can have several.  Comments themselves stay
-- where they came in.  Shares are of those who commented, who need not be like the others, and are not weighted.
--
-- grain: survey, facet, group_type, group_code, theme
-- persons: persons
-- check share_is_a_share: share between share_low - 0.000001 and share_high + 0.000001
-- check persons_are_commenters: persons <= commenters

create table report.survey_theme (
    survey     varchar not null,  -- 问卷 | survey
    facet      varchar not null,  -- 方面 | facet | text for what respondents wrote, option for what they chose
    group_type varchar not null,  -- 组别 | kind of group | cohort (everyone or a level group), college or segment
    group_code varchar not null,  -- 组 | group
    theme      varchar not null,  -- 主题 | theme | of ref.theme; other where no word was known
    label_zh   varchar not null,  -- 中文名 | Chinese name
    label_en   varchar not null,  -- 英文名 | English name
    persons    bigint  not null,  -- 提及人数 | people | who mention the theme
    commenters bigint  not null,  -- 留言人数 | commenters | of the group who wrote or chose anything #people
    share      double  not null,  -- 占比 | share | of the commenters #of_persons
    share_low  double  not null,  -- 占比下限 | share from | 95 %, Wilson
    share_high double  not null   -- 占比上限 | share to | 95 %, Wilson
);
