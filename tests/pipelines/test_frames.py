"""What Python makes is made again only when something that shapes it is another."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines import changes, hand
from pipelines.build import write
from pipelines.frames import frame_assets, read, term_frame_asset
from pipelines.models import Model, read_models
from pipelines.site import Site
from pipelines.warehouse import Warehouse
from tests.assets.small_site import small_site, warehouse_of

CONTRACT = "-- One row for each number.\n--\n-- grain: number\n\ncreate table segment.{name} (\n    number integer not null -- 数 | number\n);\n"


@pytest.fixture
def made(sql_folder) -> dict[str, Model]:
    return read_models(
        sql_folder(segment__given=CONTRACT.format(name="given"), segment__doubled=CONTRACT.format(name="doubled"))
    )


class Doubling:
    """A maker that counts how often it is asked."""

    asked = 0

    def __call__(self, warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
        self.asked += 1
        return [warehouse.connection.sql("select 2 * number as number from segment.given").pl()]


def night(site: Site, made: dict[str, Model], doubling: Doubling, reads: list[str]) -> str:
    """Run the asset once; what it says was made anew."""
    asset = frame_assets("doubled", [made["segment.doubled"]], reads, {"polars"}, doubling)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([asset], instance=instance, resources={"site": site, "warehouse": warehouse_of(site)})
    (event,) = result.asset_materializations_for_node("doubled")
    return str(event.metadata["rebuilt"].value)


def give(site: Site, made: dict[str, Model], *numbers: int) -> None:
    with warehouse_of(site).opened() as warehouse:
        write(warehouse, made["segment.given"], pl.DataFrame({"number": list(numbers)}))


def test_it_is_asked_again_when_what_it_reads_has_changed(tmp_path: Path, made: dict[str, Model]) -> None:
    site, doubling = small_site(tmp_path), Doubling()
    give(site, made, 1, 2)
    assert [night(site, made, doubling, ["segment.given"]) for _ in range(2)] == ["whole", "unchanged"]
    give(site, made, 2, 1)  # the same rows
    assert night(site, made, doubling, ["segment.given"]) == "unchanged"
    give(site, made, 1, 2, 3)
    assert night(site, made, doubling, ["segment.given"]) == "whole"
    assert doubling.asked == 2


def test_it_is_asked_again_when_code_or_site_are_others_and_always_where_it_says_not_what_it_reads(
    tmp_path: Path, made: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, doubling = small_site(tmp_path), Doubling()
    give(site, made, 1)
    assert [night(site, made, doubling, []) for _ in range(2)] == ["whole", "whole"]
    assert night(site, made, doubling, ["segment.given"]) == "unchanged"
    with monkeypatch.context() as patched:
        patched.setattr(hand, "code", lambda: "another")
        assert night(site, made, doubling, ["segment.given"]) == "whole"
    (tmp_path / "other").mkdir()
    other = small_site(tmp_path / "other", small_cell=7, data=str(tmp_path / "data"))
    assert night(site, made, doubling, ["segment.given"]) == "whole"
    assert night(other, made, doubling, ["segment.given"]) == "whole"
    assert doubling.asked == 5


def test_it_is_asked_again_when_people_have_noted_something_and_not_because_a_run_remembers_its_release(
    tmp_path: Path, made: dict[str, Model]
) -> None:
    site, doubling = small_site(tmp_path), Doubling()
    give(site, made, 1)
    assert night(site, made, doubling, ["segment.given"]) == "whole"
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(
            "insert into ledger.release values (1, 'colleges', localtimestamp, 'exact', 10, 0, 0, 0)"
        )
    assert night(site, made, doubling, ["segment.given"]) == "unchanged"
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(
            "insert into ledger.list_export values ('e', 'r', 'a talk', 'a librarian', localtimestamp, 1, 0)"
        )
    assert night(site, made, doubling, ["segment.given"]) == "whole"


DAYS = """
create schema if not exists ref;
create table ref.term as from (values ('autumn'), ('spring')) as term (term);
create table ref.calendar_day as
select cast(day as date) as day, case when day < date '2026-02-01' then 'autumn' else 'spring' end as term
from generate_series(date '2026-01-01', date '2026-02-28', interval 1 day) as series (day);
create schema segment;
create table segment.dated as from (values (date '2026-01-10'), (date '2026-01-11'), (date '2026-02-10')) as dated (day);
"""
COUNTED = "-- One row for each term.\n--\n-- grain: term\n\ncreate table segment.counted (\n    term varchar not null,  -- 学期 | term\n    days bigint not null    -- 天 | days\n);\n"
DATED = "-- One row for each day.\n--\n-- grain: day\n\ncreate table segment.dated (\n    day date not null  -- 日 | day\n);\n"


class Counting:
    """A maker of one term's row that remembers for which it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, warehouse: Warehouse, term: str) -> pl.DataFrame:
        self.asked.append(term)
        days = "select term, count(*) as days from segment.dated join ref.calendar_day using (day) where term = $term group by all"
        return read(warehouse, days, {"term": term})


def test_by_terms_only_those_are_made_anew_in_which_a_day_has_changed(tmp_path: Path, sql_folder) -> None:
    made = read_models(sql_folder(segment__counted=COUNTED, segment__dated=DATED))
    site, counting = small_site(tmp_path), Counting()

    def next_night(statement: str, news: Mapping[str, set[str]] | None) -> tuple[list[str], list[tuple[str, int]]]:
        """What is asked for after a change that is told as ``news``, and what stands then."""
        counting.asked.clear()
        with warehouse_of(site).opened() as warehouse:
            warehouse.connection.execute(statement)
            if statement:
                changes.note(warehouse, made["segment.dated"], news)
        asset = term_frame_asset(
            "counted", made["segment.counted"], "segment.dated", "day", ["ref.calendar_day"], {"polars"}, counting
        )
        with dg.DagsterInstance.ephemeral() as instance:
            dg.materialize([asset], instance=instance, resources={"site": site, "warehouse": warehouse_of(site)})
        with warehouse_of(site).opened() as warehouse:
            return counting.asked.copy(), warehouse.rows_of("from segment.counted order by term")

    assert next_night(DAYS, None) == (["autumn", "spring"], [("autumn", 2), ("spring", 1)])
    assert next_night("", None) == ([], [("autumn", 2), ("spring", 1)])
    one_more = "insert into segment.dated values (date '2026-02-11')"
    assert next_night(one_more, {"day": {"2026-02-11"}}) == (["spring"], [("autumn", 2), ("spring", 2)])
    none_left = "delete from segment.dated where day >= date '2026-02-01'"
    assert next_night(none_left, {"day": {"2026-02-10", "2026-02-11"}}) == (["spring"], [("autumn", 2)])
    # What is not told by its days makes all of it anew; a change that is told of no term, nothing.
    assert next_night("delete from segment.dated where day = date '2026-01-11'", None) == (
        ["autumn", "spring"],
        [("autumn", 1)],
    )
    assert next_night("insert into segment.dated values (date '2027-01-11')", {"day": {"2027-01-11"}})[0] == []
