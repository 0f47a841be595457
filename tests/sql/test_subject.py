"""What a group reads beside what everybody reads."""

import polars as pl
import pytest

from tests.drawn import shown

MEMBERS = """
    patron_key | term   | group_type | group_code
    ann        | autumn | cohort     | everyone
    bo         | autumn | cohort     | everyone
    cy         | autumn | cohort     | everyone
    ann        | autumn | college    | 文学院
    bo         | autumn | college    | 文学院
    cy         | autumn | college    | 理学院
    ann        | autumn | class      | 文学院/历史/1
"""
LOANS = """
    patron_key | term   | college | class_scheme | class_top | class_second | loans
    ann        | autumn | 文学院  | clc          | I         | I2           | 3
    ann        | autumn | 法学院  | clc          | I         | I2           | 1
    bo         | autumn | 文学院  | clc          | I         | I2           | 2
    bo         | autumn | 文学院  | clc          | O         | O1           | 2
    cy         | autumn | 理学院  | clc          | O         | O1           | 8
    dee        | autumn | 理学院  | clc          | O         | O1           | 50
"""


@pytest.fixture
def table(build):
    return build("portrait.subject", fact__membership=MEMBERS, fact__loan_class=LOANS)


def test_a_location_quotient_is_a_share_over_everybodys_share(table):
    # everybody borrowed 6 of I2 and 10 of O1; dee is in no group this term
    row = {(row["group_code"], row["class_second"]): row for row in table.to_dicts()}
    letters = row["文学院", "I2"]
    assert (letters["loans"], letters["share_in_group"], letters["share_overall"]) == (6, 0.75, 0.375)  # 6 / 8, 6 / 16
    assert letters["location_quotient"] == pytest.approx(2)
    assert row["文学院", "O1"]["location_quotient"] == pytest.approx(0.4)  # 2 / 8 over 10 / 16
    assert row["理学院", "O1"]["location_quotient"] == pytest.approx(1.6)  # 8 / 8 over 10 / 16
    assert ("理学院", "I2") not in row  # none of it borrowed
    assert {row["everyone", name]["location_quotient"] for name in ("I2", "O1")} == {1}


def test_a_person_who_changed_college_in_the_term_is_one_borrower(table):
    assert shown(table.filter(class_second="I2"), "group_code", "borrowers", "loans") == {
        ("everyone", "2", "6"),
        ("文学院", "2", "6"),
    }


def test_classes_of_students_have_no_subjects(table):
    assert set(table["group_type"]) == {"cohort", "college"}


def test_shares_of_a_group_make_one(table):
    shares = table.group_by("group_type", "group_code", "term").agg(pl.sum("share_in_group"))
    assert shares["share_in_group"].to_list() == pytest.approx([1] * 3)


def test_the_same_letters_in_two_classifications_are_two_classes(build):
    # everybody borrowed two of TP in one classification and two of TP in the other
    table = build(
        "portrait.subject",
        fact__membership=MEMBERS,
        fact__loan_class="""
        patron_key | term   | class_scheme | class_top | class_second | loans
        ann        | autumn | clc          | T         | TP           | 1
        ann        | autumn | lcc          | T         | TP           | 2
        cy         | autumn | clc          | T         | TP           | 1
        """,
    )
    assert shown(table.filter(group_code="文学院"), "class_scheme", "borrowers", "loans", "share_overall") == {
        ("clc", "1", "1", "0.5"),
        ("lcc", "1", "2", "0.5"),
    }


def test_terms_are_apart_and_a_term_without_loans_has_no_rows(build):
    table = build(
        "portrait.subject",
        fact__membership=MEMBERS + "    ann | spring | cohort | everyone\n",
        fact__loan_class=LOANS + "    ann | spring | 文学院 | clc | K | K2 | 1\n",
    )
    assert shown(table.filter(term="spring"), "class_second", "loans", "location_quotient") == {("K2", "1", "1.0")}
    assert build("portrait.subject", fact__membership=MEMBERS).is_empty()
