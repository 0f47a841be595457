"""The ladder of roles: one act makes a participant, three acts or ten hours a contributor, a named role a partner."""

from pathlib import Path

import pytest

from tests.drawn import shown

TERMS = """
    term   | academic_year | starts_on
    autumn | 2025          | 2025-09-01
    spring | 2025          | 2026-03-02
    next   | 2026          | 2026-09-07
"""
DAYS = """
    day        | term
    2025-10-01 | autumn
    2026-03-02 | spring
    2026-08-01 |
    2026-10-01 | next
"""
ROSTER = "patron_key | term\n" + "\n".join(
    f"{who} | {term}" for who in ("ann", "bo", "cy") for term in ("autumn", "spring", "next")
)
COLUMNS = ("patron_key", "term", "acts", "act_hours", "role", "next_role")


def rules() -> str:
    lines = (Path(__file__).parents[2] / "data/reference/role_rule.csv").read_text(encoding="utf-8").splitlines()
    return "\n".join(" | ".join(line.split(",")[:3]) for line in lines)


@pytest.fixture
def roles(build):
    def roles(**given: str):
        known = {
            "fact__roster": ROSTER,
            "ref__term": TERMS,
            "ref__calendar_day": DAYS,
            "ref__role_rule": rules(),
        }
        return shown(build("fact.role", **known, **given), *COLUMNS)

    return roles


def test_every_kind_of_act_counts_and_an_academic_year_ends_with_its_last_term(roles):
    found = roles(
        clean__response="survey | response_key | patron_key | submitted_at\nwjx2025 | 1 | ann | 2025-10-01 10:00:00\nwjx2025 | 2 | | 2025-10-01 10:00:00",
        fact__attendance_month="patron_key | term | month | events_attended\nann | spring | 2026-03-01 | 1\nbo | spring | 2026-03-01 | 0",
        clean__ticket="ticket_key | patron_key | opened_on\nt1 | ann | 2026-03-02\nt2 | bo | 2026-08-01\nt3 | bo | 2026-10-01",
    )
    assert found == {
        ("ann", "autumn", "1", "0.0", "participant", "contributor"),
        ("ann", "spring", "3", "0.0", "contributor", "partner"),
        ("ann", "next", "0", "0.0", "user", "participant"),
        ("bo", "autumn", "0", "0.0", "user", "participant"),
        ("bo", "spring", "0", "0.0", "user", "participant"),  # the suggestion came in the vacation
        ("bo", "next", "1", "0.0", "participant", "contributor"),
        *(("cy", term, "0", "0.0", "user", "participant") for term in ("autumn", "spring", "next")),
    }


@pytest.mark.parametrize(
    ("role", "shifts", "hours", "stage"),
    [
        ("流通志愿者", "1", "9.99", "participant"),
        ("流通志愿者", "1", "10.00", "contributor"),
        ("流通志愿者", "2", "", "participant"),
        ("流通志愿者", "3", "", "contributor"),
        ("学生馆员", "1", "1.00", "partner"),
    ],
)
def test_hours_shifts_and_named_roles_move_a_person_up(roles, role, shifts, hours, stage):
    line = f"ann | {role} | shelving | 2026-03-02 | {shifts} | {hours}"
    found = roles(clean__contribution=f"patron_key | role | activity | served_on | shifts | hours\n{line}")
    assert {(who, term, now) for who, term, _, _, now, _ in found if term == "spring"} == {
        ("ann", "spring", stage),
        ("bo", "spring", "user"),
        ("cy", "spring", "user"),
    }


def test_a_partner_has_no_step_left(roles):
    found = roles(
        clean__contribution="patron_key | role | activity | served_on | shifts | hours\nann | 学生馆员 | desk | 2026-03-02 | 1 | 2"
    )
    assert ("ann", "spring", "1", "2.0", "partner", None) in found


def test_without_any_named_act_nobody_is_called_a_mere_user(roles):
    unnamed = "survey | response_key | patron_key | submitted_at\nwjx2025 | 2 | | 2025-10-01 10:00:00"
    assert {row[2:] for row in roles(clean__response=unnamed)} == {(None, None, None, None)}


def test_a_year_is_measured_from_its_first_act_on(roles):
    found = roles(clean__ticket="ticket_key | patron_key | opened_on\nt1 | ann | 2026-03-02")
    assert {(who, term, acts) for who, term, acts, *_ in found if who == "bo"} == {
        ("bo", "autumn", None),
        ("bo", "spring", "0"),
        ("bo", "next", None),
    }
