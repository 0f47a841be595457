-- One row for each place on each board of the study list, as it may be shown to everybody.
--
-- Nobody is named here.  Who consented may be named by whoever holds the vault, by way of the same place in
-- segment.study_list; of anyone else neither score nor badge is told, nor the score of who shares a place with them, and
-- their college only where at least the site's small cell of its people are here on the board's side.  How many are
-- eligible is told to the nearest ten: the exact number would say, beside another term's or another view's, who is not.
--
-- grain: term, view, level_group, discipline_group, line
-- persons: none

with member as (
    select term, level_group, coalesce(discipline_group, 'all') as discipline_group, college, count(*) as members
    from portrait.individual
    where is_exposed
    group by term, level_group, coalesce(discipline_group, 'all'), college
),

standing as (
    select
        list.*,
        row_number() over (
            partition by list.term, list.view, list.level_group, list.discipline_group order by list.place, md5(concat(list.patron_key, list.term, list.view))
        ) as line,
        list.standing = 'listed' as may_be_named,
        min(case when list.standing = 'listed' then 1 else 0 end)
            over (partition by list.term, list.view, list.level_group, list.discipline_group, list.place) = 1 as may_all_be_named,
        member.members >= site.small_cell and list.college <> '未知 unknown' as has_large_college,
        coalesce(college.label_en, list.college) as college_en,
        term.label_zh as term_zh,
        term.label_en as term_en,
        term.starts_on,
        term.ends_on
    from segment.study_list as list
    join member
        on list.term = member.term and list.level_group = member.level_group
        and list.discipline_group = member.discipline_group and list.college = member.college
    left join ref.college as college on list.college = college.college
    left join ref.term as term on list.term = term.term
    cross join ref.site as site
    where list.standing in ('listed', 'candidate_band')
)

select
    term,                                                                      -- 学期 | term #aggregate
    view,                                                                      -- 视图 | view | overall, reading or growth #aggregate
    level_group,                                                               -- 层次组 | level group #aggregate
    discipline_group,                                                          -- 学科组 | discipline group #aggregate
    line,                                                                      -- 行次 | line | on the board; equal places in no order #aggregate
    place,                                                                     -- 名次 | place | equal scores share the better place #aggregate
    tie_size,                                                                  -- 并列人数 | tied | people with this score #aggregate
    cast(round(cast(eligible as decimal(18, 6)), -1) as integer) as eligible,      -- 有资格人数 | eligible people | on the board, to the nearest ten #aggregate
    may_be_named,                                                              -- 是否同意署名 | may be named | consented to public lists #aggregate
    concat('一位', case when has_large_college then college else '' end, case when level_group = 'staff' then '教职工' else '同学' end) as shown_as_zh,      -- 中文显示 | shown in Chinese | somebody of a college; never a name or a key #aggregate
    concat(case when level_group = 'staff' then 'a member of staff' else 'a student' end, case when has_large_college then concat(', ', college_en) else '' end) as shown_as_en,  -- 英文显示 | shown in English | as above #aggregate
    case when may_all_be_named then cast(round(cast(score as decimal(9, 6)), 0) as integer) end as score,  -- 得分 | score | rounded; only where all who share the place consented #aggregate
    case when may_be_named then badges end as badges,                          -- 徽章 | badges | only of who consented #aggregate
    term_zh as term_label_zh,                                                  -- 学期中文名 | term in Chinese #aggregate
    term_en as term_label_en,                                                  -- 学期英文名 | term in English #aggregate
    starts_on as first_day,                                                    -- 起 | from #aggregate
    ends_on as last_day                                                        -- 止 | until #aggregate
from standing
