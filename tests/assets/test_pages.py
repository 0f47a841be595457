"""A night leaves a report's documents where neither what they tell of nor anything else that makes them is other."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets import pages
from pipelines.building import hand
from pipelines.building.build import write
from pipelines.keeping.keyring import Keyring
from pipelines.releasing import told
from pipelines.releasing.gate import release
from pipelines.releasing.release import rules_of
from pipelines.reporting.recipients import shelves_of
from pipelines.reporting.report_files import CONTENTS
from pipelines.reports import Template, read_template
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from tests.assets.small_site import small_site, warehouse_of
from tests.conftest import stand_up
from tests.drawn import drawn

MOVED, HORIZON, DOMINANCE = "portrait.transition", "ref.horizon", "fact.dominance"
ROWS = """
cohort | term | from_state | to_state | persons
master | t1   | core       | core     | 40
master | t1   | core       | lapsed   | 25
staff  | t1   | core       | core     | 60
"""
BODY = "<p>{% for row in rows('portrait.transition') %}{{ row.to_state }} {{ row.persons }} {% endfor %}</p>"


def template(folder: Path, body: str = BODY) -> Template:
    path = folder / "moved.html.j2"
    header = "{# 流动 | Moves | x\nreads: portrait.transition\none per: cohort #}"
    path.write_text(f"{header}<html lang='zh'><title>x</title><main>{body}</main></html>", encoding="utf-8")
    return read_template(path)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = small_site(tmp_path)
    Keyring.load_or_create(site.campus.key_file, None, may_create=True)
    template(tmp_path)
    with warehouse_of(site).opened() as warehouse:
        stand_up(warehouse.connection, models()[DOMINANCE], "")
        stand_up(warehouse.connection, models()[HORIZON], "")
    give(site, ROWS)
    return site


def give(site: Site, text: str) -> None:
    """New rows, of which a release has decided."""
    rows = drawn(text).with_columns(pl.col("persons").cast(pl.Int64))
    with warehouse_of(site).opened() as warehouse:
        assert write(warehouse, models()[MOVED], rows).failed == []
        release(warehouse, [(models()[MOVED], rows)], rules_of(site.campus), "everybody")


def night(site: Site, file: Path) -> bool:
    """Run the asset once: whether it asked for its figures."""
    asset = pages._report(read_template(file))
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([asset], instance=instance, resources={"site": site, "warehouse": warehouse_of(site)})
    (event,) = result.asset_materializations_for_node("page__moved")
    return bool(event.metadata["is_new"].value)


@pytest.fixture
def asked(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Whether another night asks for figures, where a first and a second one have been."""

    def again() -> bool:
        return night(site, tmp_path / "moved.html.j2")

    assert again()
    with monkeypatch.context() as patch:  # the control: a night that is not to ask for figures cannot
        patch.setattr(pages, "released_tables", None)
        assert not again()
    return again


def written(site: Site) -> dict[str, bytes]:
    """Every file by its place and what it says."""
    return {
        str(path.relative_to(site.campus.reports)): path.read_bytes()
        for path in site.campus.reports.rglob("*")
        if path.is_file()
    }


def page(site: Site, name: str) -> Path:
    (path,) = (path for path in site.campus.reports.rglob(name) if "40" in path.read_text(encoding="utf-8"))
    return path


def of_warehouse(site: Site, change: Callable[[Warehouse], object]) -> None:
    with warehouse_of(site).opened() as warehouse:
        change(warehouse)


def test_another_figure_is_told(site: Site, asked: Callable[[], bool]) -> None:
    assert "lapsed 25" in page(site, "moved.zh.html").read_text(encoding="utf-8")
    give(site, ROWS.replace("25", "35"))
    assert asked()
    assert "lapsed 35" in page(site, "moved.zh.html").read_text(encoding="utf-8")
    assert not asked()


def test_what_a_release_decides_anew_is_told_where_no_table_has_changed(site: Site, asked: Callable[[], bool]) -> None:
    def decide(warehouse: Warehouse) -> None:
        asked_for = drawn(ROWS.replace("t1", "t0")).with_columns(pl.col("persons").cast(pl.Int64))
        release(warehouse, [(models()[MOVED], asked_for)], rules_of(site.campus), "a college")

    of_warehouse(site, decide)
    assert asked()
    assert not asked()


def test_who_makes_a_figure_is_asked_for_as_well(site: Site, asked: Callable[[], bool]) -> None:
    of_warehouse(site, lambda warehouse: told.changes.note(warehouse, models()[DOMINANCE]))
    assert asked()
    assert not asked()


def test_a_later_day_other_code_another_definition_and_another_template_are_told(
    site: Site, asked: Callable[[], bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = models()[HORIZON].columns
    row = ", ".join(
        f"cast({'date ' if c.name == 'as_of' else ''}'2026-05-11' as {c.type})" for c in columns if c.type == "DATE"
    )
    assert row.count("2026") == len(columns)
    of_warehouse(site, lambda warehouse: warehouse.connection.execute(f"insert into {HORIZON} select {row}"))
    assert (asked(), asked()) == (True, False)
    monkeypatch.setattr(hand, "code", lambda: "other")
    assert (asked(), asked()) == (True, False)
    version = told.version
    monkeypatch.setattr(told, "version", lambda model: version(model) + ("!" if model.table == MOVED else ""))
    assert (asked(), asked()) == (True, False)
    template(tmp_path, BODY + "<p>!</p>")
    assert (asked(), asked()) == (True, False)


@pytest.mark.parametrize("name", ["moved.en.html", "moved.xlsx", "moved.transition.csv", CONTENTS])
def test_a_file_that_is_gone_or_changed_by_hand_is_written_again(
    site: Site, asked: Callable[[], bool], name: str
) -> None:
    before = written(site)
    path = next(site.campus.reports.rglob(name))
    path.unlink()
    assert asked()
    assert written(site) == before
    assert not asked()
    path.write_bytes(b"[]" if name == CONTENTS else path.read_bytes() + b"!")
    assert asked()
    assert written(site) == before
    assert not asked()


def test_a_list_that_is_gone_is_written_again_and_no_figure_asked_for(site: Site, asked: Callable[[], bool]) -> None:
    before = written(site)
    for path in site.campus.reports.rglob("index.*.html"):
        path.unlink()
    assert not asked()
    assert written(site) == before


def test_under_another_key_folders_have_other_names_and_are_written(
    site: Site, asked: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shelves_of(site.campus).of("library")
    site.campus.key_file.unlink()
    Keyring.load_or_create(site.campus.key_file, None, may_create=True)
    assert shelves_of(site.campus).of("library") != before
    assert asked()


def test_a_page_that_could_not_be_written_is_asked_for_again(
    site: Site, asked: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise dg.Failure("the disk is full", allow_retries=False)

    give(site, ROWS.replace("25", "35"))
    with monkeypatch.context() as patch:
        patch.setattr(pages, "write_documents", full)
        with pytest.raises(dg.Failure):
            asked()
    assert asked()
