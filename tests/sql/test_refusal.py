"""What readers refuse: the last word counts, and whoever refuses a portrait refuses what is made of it."""

import datetime as dt

import duckdb
import polars as pl

from pipelines.models import Model
from pipelines.serving.segment_models import PEOPLE
from tests.conftest import Build, stand_up
from tests.drawn import shown

SAID = """
    patron_key | purpose             | valid_from          | valid_to            | is_given
    ann        | recommendation      | 2026-03-01 09:00:00 | 2026-04-01 09:00:00 | false
    ann        | recommendation      | 2026-04-01 09:00:00 | 9999-12-31 00:00:00 | true
    bo         | recommendation      | 2026-03-01 09:00:00 | 9999-12-31 00:00:00 | false
    cy         | individual_portrait | 2026-03-02 09:00:00 | 9999-12-31 00:00:00 | false
    cy         | segmentation        | 2026-03-01 09:00:00 | 9999-12-31 00:00:00 | false
    di         | study_list          | 2026-03-01 09:00:00 | 9999-12-31 00:00:00 | false
"""


def test_only_the_last_word_is_a_refusal_and_that_of_a_portrait_is_of_all_that_is_made_of_it(build: Build) -> None:
    found = build("clean.refusal", clean__consent=SAID)
    assert shown(found, "patron_key", "purpose") == {
        ("bo", "recommendation"),
        ("cy", "individual_portrait"),
        ("cy", "segmentation"),
        ("cy", "recommendation"),
        ("di", "study_list"),
    }
    since = dict(found.filter(patron_key="cy").select("purpose", "refused_at").iter_rows())
    assert since["segmentation"] == dt.datetime(2026, 3, 1, 9), "said by itself before"
    assert since["recommendation"] == dt.datetime(2026, 3, 2, 9)


def grouped(models: dict[str, Model], readers: str, refusals: str = "") -> pl.DataFrame:
    """What segments are made from."""
    given = {
        "portrait.individual": readers,
        "clean.refusal": refusals,
        "ref.term": "term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-12",
        "ref.horizon": "first_day | as_of\n2026-03-02 | 2026-08-31",
        "ref.coverage_term": "feed | term | is_measured\nloan | spring | true",
    }
    with duckdb.connect(":memory:") as connection:
        for table, text in given.items():
            stand_up(connection, models[table], text)
        return connection.sql(PEOPLE).pl().sort("patron_key")


def test_whoever_refuses_to_be_grouped_leaves_no_more_than_who_was_never_there(models: dict[str, Model]) -> None:
    head, ann, cy = "patron_key | term | is_exposed | loans", "ann | spring | true | 3", "cy | spring | true | 9"
    both, alone = "\n".join((head, ann, cy)), "\n".join((head, ann))
    refused = "patron_key | purpose\ncy | segmentation\nann | recommendation"
    assert grouped(models, both, refused).equals(grouped(models, alone))
    assert grouped(models, both)["patron_key"].to_list() == ["ann", "cy"], "the control"
