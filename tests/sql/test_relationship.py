"""The relationship of a group with the library: components first, each against the group's own last terms."""

import statistics

import pytest

from tests.drawn import shown

TERMS = "term | starts_on\n" + "\n".join(f"t{n} | {2020 + n}-09-01" for n in range(1, 10))
WEIGHTS = """
    axis      | component       | weight
    cohesion  | active_rate     | 1
    cohesion  | stickiness      | 3
    stability | retention       | 1
    interaction | survey_response | 1
    interaction | tickets_answered | 1
    interaction | reader_initiated | 1
    collaboration | participants | 1
    collaboration | contributors | 1
"""
SITE = "small_cell\n2"
PEOPLE = ("ann", "bo", "cy", "di")


def table(heading: str, rows) -> str:
    return "\n".join([heading, *rows])


def members(terms) -> str:
    rows = [f"{who} | {term} | college | Law" for term in terms for who in PEOPLE]
    return table("patron_key | term | group_type | group_code", rows)


@pytest.fixture
def relationship(build):
    """`individuals`: rows of person, term, active days, stickiness, role and consultations."""

    def relationship(individuals, **given: str):
        rows = [" | ".join("" if cell is None else str(cell) for cell in row) for row in individuals]
        known = {
            "ref__term": TERMS,
            "ref__site": SITE,
            "ref__relationship_weight": WEIGHTS,
            "fact__membership": members(sorted({row[1] for row in individuals})),
            "portrait__individual": table("patron_key | term | active_days | stickiness | role | consultations", rows),
            "fact__activity": table(
                "patron_key | term | active_days", (" | ".join(row.split(" | ")[:3]) for row in rows)
            ),
        }
        return build("portrait.relationship", **(known | given))

    return relationship


def steady(terms, active=1, stickiness=None):
    return [(who, term, active, stickiness, None, None) for term in terms for who in PEOPLE]


def only(frame, component: str, *columns: str):
    return shown(frame.filter(frame["component"] == component), *columns)


def test_a_group_is_held_against_its_own_terms_by_mid_ranks(relationship):
    people = [(who, f"t{n}", 1, share, None, None) for n, share in ((1, 0.2), (2, 0.4), (3, 0.2)) for who in PEOPLE]
    found = relationship(people)
    # t2: one below, one equal of two: (1 + 1/2) / 2; t3: none below, two equal of three: (0 + 2/2) / 3
    assert only(found, "stickiness", "term", "value", "terms_compared", "percentile") == {
        ("t1", "0.2", "1", None), ("t2", "0.4", "2", "75.0"), ("t3", "0.2", "3", str(100 / 3)),
    }  # fmt: skip


def test_an_axis_is_the_weighted_mean_of_what_was_measured(relationship):
    people = [(who, f"t{n}", 1, share, None, None) for n, share in ((1, 0.2), (2, 0.4)) for who in PEOPLE]
    found = relationship(people)
    # t2: active_rate 1 as before, 50; stickiness 75 with weight 3: (50 + 3 × 75) / 4 = 68.75
    assert only(found, "active_rate", "term", "axis_score") == {("t1", None), ("t2", "68.75")}
    without = relationship(steady(["t1", "t2"]))
    assert only(without, "active_rate", "term", "axis_score") == {("t1", None), ("t2", "50.0")}
    assert only(without, "stickiness", "value", "percentile", "axis_score") == {
        (None, None, None),
        (None, None, "50.0"),
    }


def test_only_the_last_eight_terms_are_looked_at(relationship):
    people = [(who, f"t{n}", 1, 0.9 if n == 1 else 0.1, None, None) for n in range(1, 10) for who in PEOPLE]
    found = only(relationship(people), "stickiness", "term", "terms_compared", "percentile")
    assert ("t8", "8", str(100 * 3.5 / 8)) in found  # the first term is above seven equal ones
    assert ("t9", "8", "50.0") in found  # it has gone out of sight


def test_retention_counts_those_who_were_active_and_are_still_here(relationship):
    before = [("ann", "t1", 2), ("bo", "t1", 2), ("cy", "t1", 1), ("di", "t1", 5)]
    after = [("ann", "t2", 2), ("bo", "t2", 1), ("cy", "t2", 9)]  # di has left
    people = [(*row, None, None, None) for row in before + after]
    given = table(
        "patron_key | term | group_type | group_code", [f"{row[0]} | {row[1]} | college | Law" for row in people]
    )
    found = relationship(people, fact__membership=given)
    assert only(found, "retention", "term", "value") == {("t1", None), ("t2", "0.5")}


@pytest.mark.parametrize(("k", "value"), [(2, "0.5"), (3, None)])
def test_a_share_of_too_few_is_not_told(relationship, k, value):
    tickets = table(
        "patron_key | ticket_key | opened_on | days_to_answer",
        ["ann | 1 | 2021-10-01 | 7", "ann | 2 | 2021-10-01 | 0", "bo | 3 | 2021-10-01 | 8", "bo | 4 | 2021-10-01 | "],
    )
    found = relationship(
        steady(["t1"]),
        clean__ticket=tickets,
        ref__calendar_day="day | term\n2021-10-01 | t1",
        ref__site=f"small_cell\n{k}",
    )
    # answered after 7 and 0 days of four, the third a day late and the fourth not yet: 2 / 4
    assert only(found, "tickets_answered", "value") == {(value,)}


def test_answers_to_a_survey_are_shares_of_everyone_and_empty_without_a_survey(relationship):
    given = {
        "clean__response": table("survey | response_key | patron_key | submitted_at", ["w1 | 1 | ann | 2021-10-01 09:00:00", "w1 | 2 | | 2021-10-01 09:00:00"]),
        "ref__calendar_day": "day | term\n2021-10-01 | t1",
    }  # fmt: skip
    found = relationship(steady(["t1", "t2"]), **given)
    assert only(found, "survey_response", "term", "value") == {("t1", "0.25"), ("t2", None)}


def test_contacts_begun_by_readers_are_shares_of_all_contacts(relationship):
    people = [(who, "t1", 1, None, None, asked) for who, asked in zip(PEOPLE, (1, 0, 0, 1), strict=True)]
    contacts = table(
        "patron_key | contact_key | contacted_on",
        [f"{who} | {who}{n} | 2021-10-01" for who in ("bo", "cy") for n in (1, 2, 3)],
    )
    found = relationship(people, clean__contact=contacts, ref__calendar_day="day | term\n2021-10-01 | t1")
    assert only(found, "reader_initiated", "value") == {("0.25",)}  # 2 questions beside 6 messages
    assert only(relationship(people), "reader_initiated", "value") == {(None,)}


def test_those_who_take_part_are_shares_of_everyone(relationship):
    people = [
        (who, "t1", 1, None, role, None)
        for who, role in zip(PEOPLE, ("user", "participant", "contributor", "partner"), strict=True)
    ]
    found = relationship(people)
    assert only(found, "participants", "value") == {("0.75",)}
    assert only(found, "contributors", "value") == {("0.5",)}
    assert only(relationship(steady(["t1"])), "participants", "value") == {(None,)}


# how far the scores can be trusted


COLLEGES = ("Arts", "Law", "Physics", "Medicine", "History", "Music")
FIRST, SECOND = (10.0, 30.0, 20.0, 50.0, 40.0, 70.0), (20.0, 25.0, 30.0, 60.0, 35.0, 65.0)


def axis(term: str, values, colleges=COLLEGES) -> list[str]:
    return [
        f"college | {college} | {term} | cohesion | stickiness | 1 | {value} | {value}"
        for college, value in zip(colleges, values, strict=True)
    ]


RELATIONSHIP = "group_type | group_code | term | axis | component | weight | percentile | axis_score"


def value_of(frame, question: str, term: str = "t2"):
    found = frame.filter((frame["question"] == question) & (frame["term"] == term))
    return found["colleges"].to_list(), found["value"].to_list()


def test_repeatability_is_the_correlation_of_adjacent_terms(build):
    rows = axis("t1", FIRST) + axis("t2", SECOND) + axis("t4", SECOND)
    found = build("portrait.relationship_validity", portrait__relationship=table(RELATIONSHIP, rows), ref__term=TERMS)
    colleges, value = value_of(found, "repeatability")
    assert colleges == [6]
    assert value == pytest.approx([statistics.correlation(FIRST, SECOND)])
    assert value_of(found, "repeatability", "t4") == ([], [])  # the term before it is not there


@pytest.mark.parametrize("many", [4, 5])
def test_fewer_than_five_colleges_say_nothing(build, many):
    rows = axis("t1", FIRST[:many], COLLEGES[:many]) + axis("t2", SECOND[:many], COLLEGES[:many])
    found = build("portrait.relationship_validity", portrait__relationship=table(RELATIONSHIP, rows), ref__term=TERMS)
    expected = statistics.correlation(FIRST[:5], SECOND[:5]) if many == 5 else None
    colleges, value = value_of(found, "repeatability")
    assert colleges == [many]
    assert value == ([None] if expected is None else pytest.approx([expected]))


def test_colleges_that_are_all_alike_have_no_correlation(build):
    rows = axis("t1", [50.0] * 6) + axis("t2", SECOND)
    found = build("portrait.relationship_validity", portrait__relationship=table(RELATIONSHIP, rows), ref__term=TERMS)
    assert value_of(found, "repeatability") == ([6], [None])


def test_agreement_is_with_the_mean_satisfaction_of_colleges_with_enough_answers(build):
    marks = {"Arts": (1, 2), "Law": (3, 4), "Physics": (2, 2), "Medicine": (5, 4), "History": (4, 4), "Music": (5,)}
    answers = [
        f"w1 | {college}{n} | overall | {college} | 2021-10-01 09:00:00 | {mark}"
        for college, given in marks.items()
        for n, mark in enumerate(given)
    ]
    found = build(
        "portrait.relationship_validity",
        portrait__relationship=table(RELATIONSHIP, axis("t2", SECOND)),
        clean__answer=table("survey | response_key | item | college | submitted_at | answer_value", answers),
        ref__calendar_day="day | term\n2021-10-01 | t2",
        ref__site=SITE,
        ref__term=TERMS,
    )
    colleges, value = value_of(found, "agreement_with_survey")
    assert colleges == [5]  # of music one person answered
    assert value == pytest.approx([statistics.correlation(SECOND[:5], (1.5, 3.5, 2.0, 4.5, 4.0))])


def test_weights_that_matter_move_colleges(build):
    """By equal weights A leads; with the second component at half, or the first at one and a half, E does."""
    scores = {"A": (0.0, 100.0), "B": (10.0, 80.0), "C": (20.0, 60.0), "D": (30.0, 45.0), "E": (90.0, 5.0)}
    rows = [
        f"college | {college} | t2 | cohesion | {component} | 1 | {value} |"
        for college, pair in scores.items()
        for component, value in zip(("active_rate", "stickiness"), pair, strict=True)
    ]
    given = {
        "portrait__relationship": table(RELATIONSHIP, rows),
        "ref__relationship_weight": "axis | component | weight\ncohesion | active_rate | 1\ncohesion | stickiness | 1",
        "ref__term": TERMS,
    }
    usual = places(scores, (1, 1))
    changed = [places(scores, weights) for weights in ((0.5, 1), (1.5, 1), (1, 0.5), (1, 1.5))]
    most = max(abs(found[college] - usual[college]) for found in changed for college in scores)
    assert most >= 2
    found = build("portrait.relationship_validity", **given)
    assert value_of(found, "weight_sensitivity") == ([5], [float(most)])


def test_one_component_alone_has_no_weight_that_matters(build):
    weights = "axis | component | weight\ncohesion | stickiness | 1"
    given = {"portrait__relationship": table(RELATIONSHIP, axis("t2", SECOND)), "ref__relationship_weight": weights}
    found = build("portrait.relationship_validity", ref__term=TERMS, **given)
    assert value_of(found, "weight_sensitivity") == ([6], [0.0])


def places(scores: dict[str, tuple[float, float]], weights: tuple[float, float]) -> dict[str, int]:
    """The place of each college by its weighted mean, worked out on its own."""
    means = {college: sum(w * v for w, v in zip(weights, pair, strict=True)) for college, pair in scores.items()}
    return {college: 1 + sum(other > mean for other in means.values()) for college, mean in means.items()}
