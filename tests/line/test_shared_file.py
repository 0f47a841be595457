"""One export may fill several feeds: it leaves the landing folder when the last of them has it."""

from pathlib import Path
from typing import Any

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


def test_two_sources_of_one_feed_read_the_same_file_apart(tmp_path: Path) -> None:
    other = {**LOAN, "columns": {**LOAN["columns"], "loan_key": {"made_of": ["patron_key", "item_key"]}}}
    site = small_site(tmp_path, {"one": LOAN, "other": other})
    put(site, "both/a.csv", BOTH)
    with Warehouse(path=str(site.campus.warehouse)).opened() as warehouse:
        assert take_in(warehouse, site, models()["raw.loan"], []).files == 2
        assert warehouse.rows("raw.loan") == 4
    assert not (site.campus.landing / "both" / "a.csv").exists()
