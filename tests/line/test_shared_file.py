"""One export may fill several feeds, and several sources one feed: what leaves the landing folder, and what counts."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.commands.doctor import examine
from pipelines.exports import take_in
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.assets.small_site import put, small_site

BOTH = "reader,item,out,college,seen\n1,B1,2024-03-05,Law,2024-03-05\n2,B2,2024-03-05,Arts,2024-03-05\n"
LOAN: dict[str, Any] = {
    "feed": "loan",
    "files": "both/*.csv",
    "columns": {"loan_key": {"record": True}, "patron_key": "reader", "item_key": "item", "loaned_at": "out"},
}
PEOPLE: dict[str, Any] = {
    "feed": "enrolment",
    "files": "both/*.csv",
    "columns": {
        "patron_key": "reader",
        "seen_on": "seen",
        "status": {"value": "active"},
        "level": {"value": "other"},
        "college": "college",
    },
}


def test_a_file_waits_until_every_feed_has_it(tmp_path: Path) -> None:
    site = small_site(tmp_path, {"loans": LOAN, "people": PEOPLE})
    path = put(site, "both/a.csv", BOTH)
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        assert take_in(warehouse, site, models()["raw.loan"], []).files == 1
        assert path.exists()
        assert take_in(warehouse, site, models()["raw.enrolment"], []).files == 1
        assert not path.exists()
        assert warehouse.rows("raw.loan") == warehouse.rows("raw.enrolment") == 2


@pytest.mark.parametrize(
    "lines",
    [
        {"where": [{"heading": "college", "in": "Law", "reason": "elsewhere"}]},
        {"columns": {**LOAN["columns"], "loaned_at": "seen"}},
        {"columns": {**LOAN["columns"], "patron_key": "college"}},
    ],
)
def test_two_sources_of_one_feed_read_the_same_file_apart(tmp_path: Path, lines: dict[str, Any]) -> None:
    """Other records of it, another time of the same, or another person of the same."""
    site = small_site(tmp_path, {"one": LOAN, "other": {**LOAN, **lines}})
    put(site, "both/a.csv", BOTH)
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        assert take_in(warehouse, site, models()["raw.loan"], []).files == 2
    assert not (site.campus.landing / "both" / "a.csv").exists()


def test_a_file_of_which_two_sources_would_tell_the_same_is_refused(tmp_path: Path) -> None:
    other = {**LOAN, "files": "both/a*.csv", "columns": {**LOAN["columns"], "location": {"value": "East"}}}
    site = small_site(tmp_path, {"one": LOAN, "other": other})
    put(site, "both/a.csv", BOTH)
    put(site, "both/b.csv", BOTH)
    told = (
        "both/a.csv: is read by one and other, both into loan"
        " — mend files in one of them, or say where what each is to read"
    )
    assert [one.what for one in examine(site, may_reap=False) if not one.is_well] == [told]
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        intake = take_in(warehouse, site, models()["raw.loan"], [])
        assert (intake.refusals, intake.files, warehouse.rows("raw.loan")) == ([told], 1, 2)
    assert [path.name for path in (site.campus.landing / "both").iterdir()] == ["a.csv"]


@pytest.mark.parametrize(("before", "rows"), [([], 3), ([{"value": "east"}], 6)])
def test_sources_that_count_by_themselves_are_told(tmp_path: Path, before: list[Any], rows: int) -> None:
    """Two branches number their loans from 1; the control puts the branch before the number."""
    columns = {"patron_key": "reader", "item_key": "item", "loaned_at": "out"}
    east = {"feed": "loan", "files": "east/*.csv", "columns": {**columns, "loan_key": {"join": [*before, "id"]}}}
    west = {"feed": "loan", "files": "west/*.csv", "columns": {**columns, "loan_key": "id"}}
    site = small_site(tmp_path, {"west": west, "east": east})
    text = "id,reader,item,out\n1,{0}1,B1,2024-03-05\n2,{0}2,B2,2024-03-05\n3,{0}3,B3,2024-03-05\n"
    put(site, "east/a.csv", text.format("10"))
    put(site, "west/a.csv", text.format("20"))
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        remarks = take_in(warehouse, site, models()["raw.loan"], []).remarks
        assert warehouse.rows_of("select count(distinct loan_key) from raw.loan") == [(rows,)]
    told = "east/a.csv: 3 numbers of loan_key are those of other readers in other files"
    assert [remark.startswith(told) for remark in remarks] == ([True] if rows == 3 else [])


@pytest.mark.parametrize(("second", "told"), [("2,0", True), ("7,0", False), ("2,1", False)])
def test_figures_that_contradict_each_other_are_told(tmp_path: Path, second: str, told: bool) -> None:
    """Two head counts of one moment differ; the controls say the same twice, or are of two areas."""
    columns = {
        "place": {"value": "Main"},
        "area": "area",
        "counter": {"value": "round"},
        "measure": {"value": "occupied"},
        "method": {"value": "instant"},
        "taken_at": {"value": "2024-03-05 09:30"},
        "reading": "people",
    }
    site = small_site(tmp_path, {"rounds": {"feed": "count_reading", "files": "*.csv", "columns": columns}})
    put(site, "a.csv", f"people,area\n7,0\n{second}\n")
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        remarks = take_in(warehouse, site, models()["raw.count_reading"], []).remarks
    words = "a.csv: 1 records tell otherwise of what another has told, by place, area, counter, measure, taken_at"
    assert [remark.startswith(words) for remark in remarks] == [True] * told
