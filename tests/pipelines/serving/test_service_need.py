"""Who needs a service, computed on drawn tables: signs, what readers say of themselves, and what was not measured."""

from collections.abc import Callable, Iterator

import duckdb
import polars as pl
import pytest

from pipelines.models import Model
from pipelines.serving import service_selects
from pipelines.serving.service_state import Feeds, state
from pipelines.serving.services import Service
from tests.conftest import stand_up
from tests.drawn import shown

WORDS = {"zh": "见", "en": "seen"}
SERVICE = Service.model_validate(
    {
        "number": 1,
        "name": WORDS,
        "family": "resources",
        "needs": ["loan"],
        "eligible": "level_group = 'undergraduate'",
        "signs": {
            "few": {"when": "loans < 3", "strength": 0.4, **WORDS},
            "none": {"when": "loans = 0", "strength": 0.8, **WORDS},
        },
        "stated": {"wish": ["books"]},
        "outcome": {
            "sql": "select patron_key, loaned_on as happened_on from fact.loan_kind where field = 'own'",
            "needs": ["loan"],
            **WORDS,
        },
        "channel": "email",
        "cap_class": "invitational",
        "owner": "A",
        "purpose": "recommendation",
        "starts": "2025-09-01",
    }
)
READERS = """
    patron_key | term   | level_group   | college | is_exposed | loans
    ann        | spring | undergraduate | law     | true       | 0
    bo         | spring | undergraduate | law     | true       | 2
    cy         | spring | undergraduate | law     | true       | 3
    di         | spring | undergraduate |         | true       |
    ed         | spring | staff         | law     | true       | 0
    flo        | spring | undergraduate | law     | false      | 0
    gus        | spring | undergraduate | law     | true       | 9
    hal        | spring | undergraduate | law     | true       | 0
    ann        | past   | undergraduate | law     | true       | 0
"""
SAID = """
    patron_key | term   | service | is_wanted
    gus        | spring | books   | true
    hal        | spring | books   | false
    ann        | spring | books   | true
    bo         | spring | other   | true
    ed         | spring | books   | true
"""
TERMS = """
    term   | starts_on  | ends_on
    past   | 2025-02-17 | 2025-07-06
    spring | 2026-03-02 | 2026-07-12
"""


@pytest.fixture
def world(models: dict[str, Model]) -> Iterator[duckdb.DuckDBPyConnection]:
    given = {"portrait.individual": READERS, "fact.stated_need": SAID, "ref.term": TERMS}
    given["fact.need_sign"] = "\n".join(line.rsplit("|", 4)[0] for line in READERS.strip().splitlines())
    with duckdb.connect(":memory:") as connection:
        for table in (*given, "fact.loan_kind", "clean.refusal"):
            stand_up(connection, models[table], given.get(table, ""))
        yield connection


def asked(
    world: duckdb.DuckDBPyConnection, select: Callable[[str, Service], str], service: Service = SERVICE
) -> pl.DataFrame:
    """What a select makes of the answers to the service's conditions."""
    return world.sql(service_selects.answered([("books", service)]) + select("books", service)).pl()


def test_a_need_is_stated_or_else_inferred_and_a_need_declined_is_none(world: duckdb.DuckDBPyConnection) -> None:
    needs = asked(world, service_selects.need)
    assert shown(needs, "patron_key", "term", "is_stated", "strength", "reasons") == {
        ("ann", "spring", "true", "1.0", "stated none few"),  # the stronger sign before the weaker
        ("bo", "spring", "false", "0.4", "few"),  # what bo said was of another service
        ("gus", "spring", "true", "1.0", "stated"),  # said so, without any sign of it
    }  # not hal, who declined; not di, of whom nothing was measured; not ed and flo, for whom it is not


def test_the_audience_is_everyone_it_is_for(world: duckdb.DuckDBPyConnection) -> None:
    table = asked(world, service_selects.audience)
    assert shown(table, "service", "term", "college", "persons", "in_need", "stated") == {
        ("books", "spring", "law", "5", "3", "2"),
        ("books", "spring", "未知 unknown", "1", "0", "0"),
    }


def test_whoever_refuses_suggestions_is_in_no_list_and_only_in_numbers(world: duckdb.DuckDBPyConnection) -> None:
    counted = shown(asked(world, service_selects.audience))
    world.execute(
        "insert into clean.refusal by name from (values ('gus', 'recommendation'), ('bo', 'study_list')) as t (patron_key, purpose)"
    )
    needs = asked(world, service_selects.need)
    assert shown(needs, "patron_key") == {("ann",), ("bo",)}  # gus said so in a survey, and has refused since
    assert shown(asked(world, service_selects.audience)) == counted


def test_a_service_that_has_ended_is_not_needed_in_later_terms(world: duckdb.DuckDBPyConnection) -> None:
    ended = SERVICE.model_copy(update={"starts": SERVICE.starts.replace(2024), "ends": SERVICE.starts.replace(month=8)})
    assert {row[1] for row in shown(asked(world, service_selects.need, ended), "patron_key", "term")} == {"past"}


def test_what_came_of_it_is_counted_by_day(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("""insert into fact.loan_kind by name from (values
        ('1', 'ann', date '2026-03-03', 'own'), ('2', 'ann', date '2026-03-03', 'own'), ('3', 'ann', date '2026-03-04', 'other')
    ) as t (loan_key, patron_key, loaned_on, field)""")
    table = world.sql(service_selects.outcome("books", SERVICE)).pl()
    assert shown(table) == {("books", "ann", "2026-03-03")}


def test_a_site_without_the_feed_says_so() -> None:
    feeds = Feeds({"loan": SERVICE.name}, frozenset())
    status, remark = state(SERVICE, feeds, SERVICE.starts)
    assert status == "feed_missing"
    assert remark
    assert (remark.zh, remark.en) == ("需要：见——本馆暂无", "needs: loan — this site has none")
    assert state(SERVICE, Feeds({}, frozenset({"loan"})), SERVICE.starts) == ("ready", None)
    assert state(SERVICE, Feeds({}, frozenset({"loan"})), SERVICE.starts.replace(2024))[0] == "not_begun"
