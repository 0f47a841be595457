"""What Python makes is made again only when something that shapes it is another."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines.building import hand
from pipelines.building.build import write
from pipelines.frames import Make, frame_assets
from pipelines.modelling.model_files import read_models
from pipelines.models import Model
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


def night(site: Site, made: dict[str, Model], make: Make, reads: list[str], *noted: str) -> str:
    """Run the asset once; what it says was made anew."""
    asset = frame_assets("doubled", [made["segment.doubled"]], reads, {"polars"}, make, noted)
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


EXPORTED = "insert into ledger.list_export values ('{}', 'r', 'a talk', 'a librarian', localtimestamp, 1, 0)"


def test_what_the_ledger_notes_counts_where_it_is_named_and_nowhere_else(
    tmp_path: Path, made: dict[str, Model]
) -> None:
    """The same note makes the one anew and not the other."""
    site, doubling = small_site(tmp_path), Doubling()
    give(site, made, 1)

    def noting() -> str:
        return night(site, made, doubling, ["segment.given"], "ledger.list_export")

    assert [noting(), noting()] == ["whole", "unchanged"]
    note(site, EXPORTED.format("first"))
    assert [noting(), noting()] == ["whole", "unchanged"]
    assert night(site, made, doubling, ["segment.given"]) == "whole"
    note(site, EXPORTED.format("second"))
    assert night(site, made, doubling, ["segment.given"]) == "unchanged"


def test_what_a_maker_notes_itself_does_not_make_its_table_due_in_the_next_run(
    tmp_path: Path, made: dict[str, Model]
) -> None:
    site, doubling = small_site(tmp_path), Doubling()
    give(site, made, 1)

    def deciding(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
        if not warehouse.rows("ledger.list_export"):
            warehouse.connection.execute(EXPORTED.format("decided"))
        return doubling(warehouse, site)

    told = [night(site, made, deciding, ["segment.given"], "ledger.list_export") for _ in range(2)]
    assert told == ["whole", "unchanged"]
    note(site, EXPORTED.format("by hand"))
    assert night(site, made, deciding, ["segment.given"], "ledger.list_export") == "whole"


def note(site: Site, statement: str) -> None:
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(statement)
