"""What is wanted much and found little stands out; what is found as good as it is wanted does not."""

import pytest


def test_importance_and_satisfaction_are_carried_to_ten_and_weighed(build):
    """AS: (8 − 1) · 10/8 = 8.75 and (6 − 1) · 10/8 = 6.25, 8.75 + 2.5 = 11.25.  IC: 5 and 7.5, nothing is missing.

    LP: 10 and 0 is the most there can be, 20; 0 and 10 in the last row the least.
    """
    table = build(
        "report.opportunity",
        fact__gap_dimension="""
        survey  | group_type | group_code | dimension | persons | desired_mean | perceived_mean
        lq_2026 | cohort     | everyone   | AS        | 40      | 8            | 6
        lq_2026 | cohort     | everyone   | IC        | 40      | 5            | 7
        lq_2026 | cohort     | everyone   | LP        | 40      | 9            | 1
        lq_2026 | college    | law        | LP        | 12      | 1            | 9
        """,
    ).sort("group_type", "dimension")
    assert table["importance"].to_list() == [8.75, 5, 10, 0]
    assert table["satisfaction"].to_list() == [6.25, 7.5, 0, 10]
    assert table["opportunity_index"].to_list() == [pytest.approx(11.25), 5, 20, 0]
    assert table["persons"].to_list() == [40, 40, 40, 12]


def test_a_survey_without_such_triples_has_no_row(build):
    assert build("report.opportunity").is_empty()
