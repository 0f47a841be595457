"""How hard readers are pressed, counted by hand on a dozen contacts."""

import polars as pl
import pytest

from profiles.contact_pressure import pressure
from tests.drawn import drawn

CONTACTS = """
    patron_key | term   | contacted_on | service | response
    ann        | spring | 2026-03-02   | books   | clicked
    ann        | spring | 2026-03-20   | films   | none
    ann        | spring | 2026-03-31   | rooms   |
    ann        | spring | 2026-05-20   | books   | none
    bo         | spring | 2026-03-02   | books   | none
    bo         | spring | 2026-03-20   | films   | none
    cy         | spring | 2026-03-02   | books   | accepted
    di         | spring | 2026-03-02   |         |
"""
PEOPLE = """
    patron_key | term   | college | segment | acts
    ann        | spring | law     | light   | 4
    bo         | spring | law     | heavy   | 10
    cy         | spring | arts    | light   | 0
    di         | spring | maths   | light   | 2
    ed         | spring | maths   | heavy   | 100
    ann        | autumn | law     | light   | 9
"""


def pressed(contacts: str, people: str) -> pl.DataFrame:
    """The pressure of contacts on people: ``contacts`` told whose they are, ``people`` counted in their groups."""
    readers = drawn(people).with_columns(pl.col("acts").cast(pl.Int64))
    known = readers.select("patron_key", "term", "college", "segment", is_reader=True)
    sent = drawn(contacts).with_columns(pl.col("contacted_on").str.to_date())
    groups = readers.group_by("term", "college", "segment").agg(pl.col("acts").sum(), persons=pl.len())
    told = sent.join(known, on=["patron_key", "term"], how="left").with_columns(pl.col("is_reader").fill_null(False))
    return pressure(told, groups)


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str], tuple[int, float | None]]:
    table = pressed(CONTACTS, PEOPLE)
    assert set(table["term"]) == {"spring"}
    rows = table.rows(named=True)
    assert len(rows) == len({(row["measure"], row["group_code"]) for row in rows})
    return {(row["measure"], row["group_code"]): (row["persons"], row["value"]) for row in rows}


def test_how_much_of_what_happens_the_library_began(told):
    assert told["invitational_ratio", "everyone"] == (5, 8 / 124)
    assert told["invitational_ratio", "law"] == (2, 6 / 20)
    assert told["invitational_ratio", "arts"] == (1, 1.0)
    assert told["invitational_ratio", "light"] == (3, 6 / 12)


def test_how_often_one_reader_is_written_to_in_thirty_days(told):
    # The most of ann is 3 (2, 20 and 31 March), of bo 2, of cy and di 1.
    assert told["contacts_30_days_p50", "everyone"] == (4, 2)
    assert told["contacts_30_days_p95", "everyone"] == (4, 3)
    assert told["contacts_30_days_max", "everyone"] == (4, 3)


def test_answers_grow_rarer_and_what_was_not_reported_is_no_answer_either_way(told):
    assert told["response_rate", "1"] == (4, 2 / 3)
    assert told["response_rate", "2"] == (2, 0)
    assert told["response_rate", "3"] == (1, None)
    assert told["response_rate", "4"] == (1, 0)


def test_how_far_the_same_readers_are_invited_to_everything(told):
    assert told["audience_overlap", "books+films"] == (3, 2 / 3)
    assert told["audience_overlap", "films+rooms"] == (2, 1 / 2)
    assert told["audience_overlap", "books+other"] == (4, 0)


def test_how_alike_the_messages_are(told):
    # law: books, films, rooms; arts: books; maths: other. No two of three alike.
    assert told["same_message_share", "everyone"] == (4, 0)
    # Sets: books+films+rooms, books+films, books, other.
    assert told["service_sets_per_person", "everyone"] == (4, 1.0)


def test_the_same_message_to_all_is_seen():
    contacts = """
        patron_key | term   | contacted_on | service | response
        ann        | spring | 2026-03-02   | books   | none
        bo         | spring | 2026-03-02   | books   | none
        cy         | spring | 2026-03-02   | books   | none
        di         | spring | 2026-03-02   | films   | none
    """
    table = pressed(contacts, PEOPLE.replace("bo         | spring | law ", "bo         | spring | arts"))
    found = {row["measure"]: row["value"] for row in table.rows(named=True)}
    assert found["same_message_share"] == pytest.approx(1 / 3)  # law and arts are alike, maths is not
    assert found["service_sets_per_person"] == 0.5


def test_nothing_is_said_where_nobody_was_written_to():
    assert pressed("patron_key | term | contacted_on | service | response", PEOPLE).is_empty()
