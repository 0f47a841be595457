-- How each person's standing moved: against their own terms before, and against what their peers did meanwhile.
--
-- Terms in which a person was away or the use index was not measured are skipped.  Nothing is compared between terms
-- whose use index is made of different measures.
--
-- grain: patron_key, term
-- rebuild: term(term)
-- reads fact.standing: earlier of patron_key
-- view: growth

with scored as (
    select
        standing.patron_key,
        standing.term,
        standing.normal_score,
        standing.use_index_parts,
        term.compare_to,
        lag(standing.normal_score) over person as previous_score,
        lag(standing.use_index_parts) over person as previous_parts,
        row_number() over person as growth_terms
    from fact.standing as standing
    join ref.term as term on standing.term = term.term
    where standing.normal_score is not null
    window person as (partition by standing.patron_key order by term.starts_on)
),

peers_change as (
    select
        peer.term,
        peer.peer_group,
        median(movement.use_index_change) as typical_change
    from fact.peer as peer
    join fact.movement as movement on peer.patron_key = movement.patron_key and peer.term = movement.term
    cross join ref.site as site
    where movement.use_index_change is not null
    group by peer.term, peer.peer_group, site.peer_group
    having count(*) >= site.peer_group
)

select
    standing.patron_key,
    standing.term,
    case
        when scored.use_index_parts = scored.previous_parts then scored.normal_score - scored.previous_score
    end as learning_growth,            -- 学习成长 | learning growth | change of the normal score of the use index among peers since the last term it was measured in
    case
        when scored.use_index_parts = year_ago.use_index_parts then scored.normal_score - year_ago.normal_score
    end as growth_same_season,         -- 同季成长 | growth since the same season | change of the normal score against the term a year before
    movement.use_index_change
        - peers_change.typical_change as cohort_relative_change,  -- 相对同群体变化 | change against peers | change of the use index less the median change of the peer group
    cast(scored.growth_terms as bigint) as growth_terms           -- 可比学期数 | terms compared | terms so far in which the use index was measured, this one included
from fact.standing as standing
left join fact.movement as movement on standing.patron_key = movement.patron_key and standing.term = movement.term
left join scored on standing.patron_key = scored.patron_key and standing.term = scored.term
left join scored as year_ago on standing.patron_key = year_ago.patron_key and scored.compare_to = year_ago.term
left join peers_change on standing.term = peers_change.term and standing.peer_group = peers_change.peer_group
