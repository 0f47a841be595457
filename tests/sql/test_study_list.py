"""The study list: consent, ties, honours and doubts decide who stands where, and what is shown names nobody."""

import random
from pathlib import Path

import polars as pl
import pytest

from tests.drawn import shown

REFERENCE = Path(__file__).parents[2] / "data/reference"
PEOPLE = [f"p{n:02}" for n in range(1, 13)]


def table(heading: str, rows) -> str:
    return "\n".join([heading, *rows])


def words(name: str, columns: int) -> str:
    lines = (REFERENCE / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(" | ".join(line.split(",")[:columns]) for line in lines)


def individuals(people=PEOPLE, resource_days="", growth="") -> str:
    return table(
        "patron_key | term | level_group | college | is_exposed | active_days | terms_active | resource_days | learning_growth",
        [f"{who} | spring | undergraduate | Law | true | 9 | 4 | {resource_days} | {growth}" for who in people],
    )


def scores(reading: dict[str, float], doubts=(), stay_days="") -> str:
    return table(
        "patron_key | term | reading_score | stay_days | doubts",
        [
            f"{who} | spring | {value} | {stay_days} | {dict(doubts).get(who, 'CLEAR')}"
            for who, value in reading.items()
        ],
    )


@pytest.fixture
def board(build):
    def board(reading: dict[str, float], doubts=(), k=5, view="reading", **given: str) -> pl.DataFrame:
        frame = build(
            "segment.study_list",
            **{
                "portrait__individual": individuals(list(reading)),
                "fact__reading_score": scores(reading, doubts).replace("CLEAR", ""),
                "ref__study_rule": words("study_rule.csv", 2),
                "ref__study_weight": words("study_weight.csv", 3),
                "ref__site": f"small_cell\n{k}",
                "ref__term": "term | ends_on\nspring | 2026-07-12",
            }
            | given,
        )
        return frame.filter(pl.col("view") == view)

    return board


def test_the_best_readers_stand_on_the_board_and_no_more_than_ten(board):
    found = board({who: 20 - n for n, who in enumerate(PEOPLE)})
    assert shown(found, "patron_key", "place") == {(who, str(n + 1)) for n, who in enumerate(PEOPLE[:10])}
    first = found.filter(pl.col("place") == 1)
    # alone at the top of twelve: (11/12 + 12/12) / 2 = 0.958333…
    assert shown(first, "score", "eligible", "badges", "standing") == {
        ("95.833333", "12", "four_terms", "candidate_band")
    }
    assert first["reading_percentile"].to_list() == pytest.approx([23 / 24])


def test_equal_scores_share_a_place_and_it_is_said(board):
    found = board(dict(zip(PEOPLE, [9, 8, 8, 8, 7, 6], strict=False)))
    assert shown(found, "patron_key", "place", "tie_size") == {
        ("p01", "1", "1"), ("p02", "2", "3"), ("p03", "2", "3"), ("p04", "2", "3"), ("p05", "5", "1"), ("p06", "6", "1"),
    }  # fmt: skip


def test_a_tie_at_the_tenth_place_is_not_cut(board):
    found = board(dict.fromkeys(PEOPLE, 3.0) | {"p01": 9.0})
    assert set(found["place"]) == {1, 2}
    assert len(found) == 12


@pytest.mark.parametrize(("people", "made"), [(4, 0), (5, 5)])
def test_a_board_with_fewer_people_than_the_small_cell_is_not_made(board, people, made):
    assert len(board({who: 5.0 + n for n, who in enumerate(PEOPLE[:people])})) == made


def test_who_read_nothing_is_no_candidate_and_does_not_fill_a_board(board):
    assert len(board(dict(zip(PEOPLE, [5, 4, 3, 2, 0, 0], strict=False)))) == 0


def test_farmers_lead_by_loans_and_are_not_among_the_candidates(board):
    """The control: by loans alone the farmers would be the first three."""
    loans = {who: 20.0 - n for n, who in enumerate(PEOPLE)} | {"f1": 90.0, "f2": 80.0, "f3": 70.0}
    naive = sorted(loans, key=loans.__getitem__, reverse=True)[:10]
    assert naive[:3] == ["f1", "f2", "f3"]
    doubts = {"f1": "bulk_loans", "f2": "late_loans", "f3": "late_loans passing_visits"}
    found = board(loans, doubts)
    assert shown(found.filter(pl.col("patron_key").str.starts_with("f")), "patron_key", "place", "standing", "reason") == {
        (who, None, "not_eligible", reason) for who, reason in doubts.items()
    }  # fmt: skip
    assert shown(found.filter(pl.col("place").is_not_null()), "patron_key") == {(who,) for who in PEOPLE[:10]}


def test_consent_decides_who_is_listed_and_the_latest_statement_counts(board):
    consent = """
        patron_key | purpose    | valid_from          | valid_to            | is_given
        p01        | study_list | 2026-03-01 00:00:00 | 9999-12-31 00:00:00 | true
        p02        | study_list | 2026-03-01 00:00:00 | 2026-04-01 00:00:00 | true
        p02        | study_list | 2026-04-01 00:00:00 | 9999-12-31 00:00:00 | false
        p03        | newsletter | 2026-03-01 00:00:00 | 9999-12-31 00:00:00 | true
    """
    found = board(dict(zip(PEOPLE, [9, 8, 7, 6, 5], strict=False)), clean__consent=consent)
    assert shown(found, "patron_key", "standing") == {
        ("p01", "listed"), *((who, "candidate_band") for who in ("p02", "p03", "p04", "p05")),
    }  # fmt: skip


def test_statements_follow_each_other_and_of_one_moment_the_refusal_counts(build):
    found = build(
        "clean.consent",
        clean__patron_identifier="identifier_key | patron_key | valid_from | valid_to\ncard | ann | 2025-01-01 | 9999-12-31",
        raw__consent="""
        patron_key | purpose    | statement | said_at
        ann        | study_list | given     | 2026-03-01 00:00:00
        card       | study_list | withheld  | 2026-04-01 00:00:00
        bo         | study_list | given     | 2026-03-01 00:00:00
        bo         | study_list | withheld  | 2026-03-01 00:00:00
        """,
    )
    assert shown(found, "patron_key", "valid_from", "valid_to", "is_given") == {
        ("ann", "2026-03-01 00:00:00.000000", "2026-04-01 00:00:00.000000", "true"),
        ("ann", "2026-04-01 00:00:00.000000", "9999-12-31 00:00:00.000000", "false"),
        ("bo", "2026-03-01 00:00:00.000000", "9999-12-31 00:00:00.000000", "false"),
    }


def test_winners_of_the_last_two_years_stand_aside_and_the_next_move_up(board):
    honours = """
        patron_key | award        | awarded_on
        p01        | reading_star | 2024-07-12
        p02        | study_list   | 2024-07-10
        p03        | reading_star | 2026-07-20
        p04        | volunteer    | 2026-01-01
    """
    found = board(dict(zip(PEOPLE, [9, 8, 7, 6, 5, 4, 3], strict=False)), raw__honour=honours)
    # 731 days before 12 July 2026 is 11 July 2024; an honour after the term's end is that term's own
    assert shown(found, "patron_key", "place", "standing") == {
        ("p01", None, "past_winner"),
        *((who, str(n), "candidate_band") for n, who in enumerate(PEOPLE[1:7], start=1)),
    }


def test_a_component_that_was_not_measured_is_left_out_with_its_weight(board):
    reading = {who: 20.0 - n for n, who in enumerate(PEOPLE)}
    without = board(reading, view="overall")
    assert without.sort("place")["score"][0] == pytest.approx(100 * 23 / 24, abs=1e-6)
    assert without["presence_percentile"].null_count() == len(without)
    alike = board(reading, view="overall", portrait__individual=individuals(resource_days="3"))
    # everybody alike in a second component: its percentile is 1/2 for all of them, (0 + 1) / 2
    assert alike.sort("place")["score"][0] == pytest.approx(100 * (23 / 24 + 1 / 2) / 2, abs=1e-6)


def test_the_growth_board_holds_those_who_grew(board):
    lines = individuals(PEOPLE[:6]).splitlines()
    grown = [lines[0], *(f"{line} {n / 10 - 0.1}" for n, line in enumerate(lines[1:]))]
    found = board(dict.fromkeys(PEOPLE[:6], 1.0), view="growth", k=5, portrait__individual="\n".join(grown))
    assert len(found) == 0  # four grew, five are needed
    found = board(dict.fromkeys(PEOPLE[:6], 1.0), view="growth", k=4, portrait__individual="\n".join(grown))
    assert shown(found, "patron_key", "place") == {("p06", "1"), ("p05", "2"), ("p04", "3"), ("p03", "4")}


def test_the_order_of_the_rows_changes_nothing(board):
    reading = {who: float(5 + n % 4) for n, who in enumerate(PEOPLE)}
    shuffled = list(reading.items())
    random.Random(7).shuffle(shuffled)
    one, other = board(reading), board(dict(shuffled))
    assert one.sort("patron_key").equals(other.sort("patron_key"))


LIST = """
    patron_key | term   | view    | level_group   | discipline_group | college | place | tie_size | eligible | score | badges     | standing
    p01        | spring | reading | undergraduate | all              | Law     | 1     | 1        | 12       | 95.5  | four_terms | listed
    p02        | spring | reading | undergraduate | all              | Law     | 2     | 1        | 12       | 90.0  | four_terms | candidate_band
    p03        | spring | reading | undergraduate | all              | Tiny    | 3     | 1        | 12       | 80.4  |            | listed
    p04        | spring | reading | undergraduate | all              | Law     |       |          | 12       | 99.0  |            | not_eligible
"""


def built(build, text: str):
    members = [f"m{n} | spring | undergraduate | {'Law' if n < 5 else 'Tiny'} | true" for n in range(9)]
    return build(
        "report.study_board",
        segment__study_list=text,
        ref__site="small_cell\n5",
        portrait__individual=table("patron_key | term | level_group | college | is_exposed", members),
    )


@pytest.fixture
def shown_board(build):
    return built(build, LIST)


def test_what_is_shown_names_nobody_and_tells_only_of_those_who_consented(shown_board):
    assert shown(shown_board, "line", "place", "may_be_named", "shown_as_zh", "shown_as_en", "score", "badges") == {
        ("1", "1", "true", "一位Law同学", "a student, Law", "96", "four_terms"),
        ("2", "2", "false", "一位Law同学", "a student, Law", None, None),
        ("3", "3", "true", "一位同学", "a student", "80", None),  # four people are too few to name their college
    }


def test_the_score_of_who_did_not_consent_does_not_follow_from_who_shares_their_place(build, shown_board):
    """The control is the same list with a place for each."""
    tied = LIST.replace("| 2     | 1        | 12       | 90.0", "| 1     | 2        | 12       | 95.5")
    assert shown(built(build, tied), "place", "may_be_named", "score") == {
        ("1", "true", None),
        ("1", "false", None),
        ("3", "true", "80"),
    }
    assert ("1", "true", "96") in shown(shown_board, "place", "may_be_named", "score")


def test_how_many_are_eligible_is_told_to_the_nearest_ten(shown_board):
    assert set(shown_board["eligible"]) == {10}, "of 12"


def test_no_key_reaches_the_board(shown_board, models):
    assert not {key for row in shown_board.iter_rows() for key in row} & {"p01", "p02", "p03", "p04"}
    columns = models["report.study_board"].columns
    assert not [column.name for column in columns if column.tags & {"pseudonym", "quasi_identifier"}]
