"""What may be shown is decided anew only where something is other than when it was decided last."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets import releases
from pipelines.building import hand
from pipelines.building.build import write
from pipelines.models import Model
from pipelines.releasing import told
from pipelines.releasing.gate import release
from pipelines.releasing.release import rules_of
from pipelines.site import Site, models
from tests.assets.small_site import small_site, warehouse_of
from tests.drawn import drawn

MOVED = "portrait.transition"
MORE = """
cohort   | term | from_state | to_state | persons
everyone | t1   | core       | core     | 40
everyone | t1   | core       | lapsed   | 25
"""
FEWER = MORE.replace("everyone | t1   | core       | lapsed   | 25\n", "")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = small_site(tmp_path)
    give(site, MORE)
    return site


def give(site: Site, text: str) -> None:
    rows = drawn(text).with_columns(pl.col("persons").cast(pl.Int64))
    with warehouse_of(site).opened() as warehouse:
        assert write(warehouse, models()[MOVED], rows).failed == []


def night(site: Site) -> tuple[bool, int, int]:
    """Run the asset once: whether it decided, which release stands, and how many rows that looked at."""
    asset = releases._release([models()[MOVED]])
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([asset], instance=instance, resources={"site": site, "warehouse": warehouse_of(site)})
    (event,) = result.asset_materializations_for_node("release__aggregates")
    return tuple(event.metadata[name].value for name in ("is_new", "release", "rows"))  # type: ignore[return-value]  # Dagster does not say what a figure of its metadata holds


def shown(site: Site) -> list[tuple[object, ...]]:
    query = "select row_key, release, persons, shown from ledger.released_cell order by all"
    with warehouse_of(site).opened() as warehouse:
        return warehouse.rows_of(query)


def test_where_nothing_is_other_the_release_before_stands(site: Site) -> None:
    assert night(site) == (True, 1, 2)
    before = shown(site)
    assert night(site) == night(site) == (False, 1, 2)
    assert shown(site) == before
    give(site, MORE)  # the same rows
    assert night(site) == (False, 1, 2)


def test_a_row_more_a_row_less_and_another_number_are_decided(site: Site) -> None:
    assert night(site) == (True, 1, 2)
    give(site, FEWER)
    assert night(site) == (True, 2, 1)
    give(site, MORE.replace("25", "26"))
    assert night(site) == (True, 3, 2)
    assert night(site) == (False, 3, 2)


def other_code(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hand, "code", lambda: "other")


def other_definition(patch: pytest.MonkeyPatch) -> None:
    version = told.version
    patch.setattr(told, "version", lambda model: version(model) + ("!" if model.table == MOVED else ""))


@pytest.mark.parametrize("change", [other_code, other_definition])
def test_other_code_and_another_definition_are_decided(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    assert [night(site)[0] for _ in range(2)] == [True, False]
    change(monkeypatch)
    assert [night(site)[0] for _ in range(2)] == [True, False]


def test_another_rule_of_the_site_is_decided(site: Site, tmp_path: Path) -> None:
    assert [night(site)[0] for _ in range(2)] == [True, False]
    (tmp_path / "stricter").mkdir()
    stricter = small_site(tmp_path / "stricter", data=str(site.campus.data), small_cell=12)
    assert stricter.campus.warehouse == site.campus.warehouse
    assert [night(stricter)[0] for _ in range(2)] == [True, False]


def test_a_report_on_request_in_between_is_decided_beside(site: Site) -> None:
    assert night(site) == (True, 1, 2)
    asked = drawn(MORE.replace("t1", "t0")).with_columns(pl.col("persons").cast(pl.Int64))
    with warehouse_of(site).opened() as warehouse:
        model: Model = models()[MOVED]
        assert release(warehouse, [(model, asked)], rules_of(site.campus), "a college").number == 2
    assert night(site) == (True, 3, 2)
    assert night(site) == (False, 3, 2)


def test_a_decision_that_was_refused_is_asked_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise dg.Failure("refused", allow_retries=False)

    assert night(site)[0]
    give(site, FEWER)
    with monkeypatch.context() as patch:
        patch.setattr(releases, "release", refused)
        with pytest.raises(dg.Failure):
            night(site)
    assert night(site) == (True, 2, 1)
