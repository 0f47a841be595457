"""A release is decided for all tables at once, remembered, and refused whole where it gives somebody away."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Problem
from pipelines.releasing import gate
from pipelines.releasing.aggregates import TOTAL, placed
from pipelines.releasing.gate import decided, defended, release
from pipelines.releasing.release import released_tables
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules
from tests.assets.small_site import small_site, warehouse_of
from tests.privacy.releases import NOTHING_YET, campus, rows, through_the_gate
from tests.privacy.releases import remembered as remembered_after

TABLE = "report.cohort"
RULES = Rules()


def cohorts(**persons: int) -> pl.DataFrame:
    """Rows of report.cohort for the new students of some colleges."""
    about = {"term": "t1", "cohort": "new", "position": 1, "label_zh": "新生", "label_en": "new"}
    figures = {"reach_rate": 0.5, "visit_days_mean": 3.14, "loans_mean": 2.0, "bookings_mean": 0.0}
    return pl.DataFrame([about | figures | {"college": college, "persons": n} for college, n in persons.items()])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


@pytest.fixture
def warehouse(site: Site) -> Iterator[Warehouse]:
    with warehouse_of(site).opened() as opened:
        for table in (TABLE, "fact.dominance"):
            opened.create(models()[table])
        yield opened


def fill(warehouse: Warehouse, frame: pl.DataFrame) -> list[tuple[gate.Model, pl.DataFrame]]:
    warehouse.connection.execute(f"delete from {TABLE}")
    warehouse.connection.register("given", frame.to_arrow())
    warehouse.connection.execute(f"insert into {TABLE} by name select * from given")
    warehouse.connection.unregister("given")
    return [(models()[TABLE], frame)]


def shown(warehouse: Warehouse, site: Site) -> dict[str, int | None]:
    return dict(released_tables(warehouse, site, [TABLE])[TABLE].select("college", "persons").iter_rows())


def remembered(warehouse: Warehouse) -> int:
    return warehouse.rows("ledger.released_cell")


def test_what_was_released_is_what_is_shown(warehouse: Warehouse, site: Site) -> None:
    done = release(warehouse, fill(warehouse, cohorts(Law=43, Art=7)), RULES, "colleges")
    assert (done.number, done.cells, done.withheld, done.attacked) == (1, 2, 1, 1)
    assert shown(warehouse, site) == {"Law": 45, "Art": None}
    law, art = released_tables(warehouse, site, [TABLE])[TABLE].sort("persons", nulls_last=True).to_dicts()
    assert (law["visit_days_mean"], law["withheld"]) == (3.1, False)
    assert (art["visit_days_mean"], art["label_zh"], art["withheld"]) == (None, "新生", True)


def test_rows_are_shown_in_the_order_of_their_keys_however_they_lie(warehouse: Warehouse, site: Site) -> None:
    release(warehouse, fill(warehouse, cohorts(Music=80, Art=70, Law=43)), RULES, "colleges")
    assert list(shown(warehouse, site)) == ["Art", "Law", "Music"]


def test_a_row_that_no_release_knows_is_withheld(warehouse: Warehouse, site: Site) -> None:
    release(warehouse, fill(warehouse, cohorts(Law=43)), RULES, "colleges")
    fill(warehouse, cohorts(Law=43, Music=80))
    assert shown(warehouse, site) == {"Law": 45, "Music": None}


def test_a_release_of_the_same_adds_a_line_and_no_cells(warehouse: Warehouse) -> None:
    tables = fill(warehouse, cohorts(Law=43, Art=7))
    release(warehouse, tables, RULES, "colleges")
    before = remembered(warehouse)
    again = release(warehouse, tables, RULES, "colleges")
    assert (again.number, again.attacked, remembered(warehouse)) == (2, 0, before)
    assert warehouse.rows_of("select release, shown_to, mode, small_cell from ledger.release order by 1") == [
        (1, "colleges", "exact", 10),
        (2, "colleges", "exact", 10),
    ]


def test_where_the_attacker_finds_somebody_nothing_of_those_rows_is_shown(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suppressor is made to forget everything but the small cells, which the attacker must notice."""
    monkeypatch.setattr(gate, "hide", lambda cells, sums: cells.small | cells.is_hidden)
    two_ways = [(models()["portrait.distribution"], distribution(everyone=63, Law=60, Art=3))]
    done = release(warehouse, two_ways, RULES, "colleges")
    assert (done.cells, done.withheld) == (3, 3)


def test_a_release_that_gives_somebody_away_is_refused_and_nothing_is_written(
    warehouse: Warehouse, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suppressor forgets everything but the small cells, and what is left out after the first attack is forgotten too."""
    release(warehouse, fill(warehouse, cohorts(Law=43)), RULES, "colleges")
    monkeypatch.setattr(gate, "hide", lambda cells, sums: cells.small | cells.is_hidden)
    monkeypatch.setattr(gate, "_without", lambda rows, given_away: rows)
    two_ways = [(models()["portrait.distribution"], distribution(everyone=63, Law=60, Art=3))]
    with pytest.raises(Problem, match=r"portrait\.distribution, Art: a number that is withheld could be worked out"):
        release(warehouse, two_ways, RULES, "colleges")
    assert warehouse.rows("ledger.release") == 1
    assert shown(warehouse, site) == {"Law": 45}


def distribution(**persons: int) -> pl.DataFrame:
    """Rows of portrait.distribution for everyone and for colleges."""
    figures = dict.fromkeys(("mean", "p10", "p25", "p50", "p75", "p90", "gini", "log_mean", "log_deviation"), 1.0)
    own = {"term": "t1", "measure": "loans", "zeros": 20, "zero_share": 0.4}
    kinds = {name: "cohort" if name == "everyone" else "college" for name in persons}
    return pl.DataFrame(
        [own | figures | {"group_type": kinds[name], "group_code": name, "persons": n} for name, n in persons.items()]
    )


def test_with_the_suppressor_at_work_the_same_figures_are_released(warehouse: Warehouse) -> None:
    """The control of the refusal above."""
    two_ways = [(models()["portrait.distribution"], distribution(everyone=63, Law=60, Art=3))]
    assert release(warehouse, two_ways, RULES, "colleges").attacked == 1


def test_the_order_of_rows_decides_nothing() -> None:
    """Of several measures that count other people of the same group, it must not matter which row lies first."""
    rows = pl.concat(
        distribution(everyone=n).with_columns(pl.lit(measure).alias("measure"))
        for measure, n in (("loans", 7), ("visits", 70), ("bookings", 8))
    )
    decisions = [of_shuffled(rows, seed) for seed in range(8)]
    assert decisions[0]["shown"].is_not_null().any()
    assert [decision.equals(decisions[0]) for decision in decisions] == [True] * 8


def of_shuffled(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """What is decided of rows of portrait.distribution that come in another order and have no past."""
    never = pl.DataFrame(schema={column.name: pl.String for column in models()["ledger.released_cell"].columns})
    never = never.cast({"since": pl.Date, "until": pl.Date, "persons": pl.Int64, "shown": pl.Int64})
    shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
    decision = decided(placed(models()["portrait.distribution"], shuffled, RULES), never, RULES)
    return decision.sort(decision.columns)


@pytest.mark.parametrize("left", ["C1/M0/K0", "C1/M0/K1", "C1/M0/K2"])
def test_somebody_who_leaves_stops_no_release_that_tells_nothing_else(left: str) -> None:
    """Without them what was shown before says too much of a class, whether it is shown once more or not."""
    first, _ = defended(through_the_gate(rows(campus(1))), RULES)
    ever = remembered_after(first, NOTHING_YET, 1)
    without = [(unit, part, n - (f"{left}/".startswith(f"{unit}/") or not unit)) for unit, part, n in campus(1)]
    released, _ = defended(through_the_gate(rows(without), ever), RULES)
    told = pl.col("row_key") != TOTAL, pl.col("shown").is_not_null()
    assert released.filter(*told, pl.col("shown") != pl.col("shown_then")).is_empty()
    assert released.filter(*told).height == first.filter(*told).height
    # The control: a number that is told anew, of another class that has grown, tells more of it.
    grown = [(unit, part, n + 12 * ("C0/M0/K0/".startswith(f"{unit}/") or not unit)) for unit, part, n in without]
    with pytest.raises(Problem, match="could be worked out"):
        defended(through_the_gate(rows(grown), ever), RULES)
