"""What the colleges' pages say of each other is as careful as what each says of itself."""

from pathlib import Path

import pytest

from assets.indicators import _indicators
from pipelines.site import models
from tests.assets.small_site import small_site, warehouse_of
from tests.conftest import stand_up

COLLEGES = ("Art", "Law", "Medicine", "Music", "Physics", "Theology")
LINES = [f"{college} | t1 | 20 | {number}.5" for number, college in enumerate(COLLEGES)]
TABLES = {
    "portrait.department": "\n".join(["college | term | persons | loans_mean", *LINES]),
    "fact.dominance": """
group_type | group_code | term | measure    | largest_share | two_largest_share
college    | Law        | t1   | loans      | 0.7           | 0.8
college    | Art        | t1   | visit_days | 0.7           | 0.8
""",
    "ref.coverage_term": "feed | term | coverage | is_measured\nloan | t1 | 1 | true",
    "ref.term": "term | starts_on | label_zh | label_en\nt1 | 2026-02-23 | 春 | spring",
}


@pytest.mark.parametrize(
    ("is_heavy", "of_law", "of_all"), [(True, None, "0.5|2.5|3.5|4.5|5.5"), (False, 1.5, "0.5|1.5|2.5|3.5|4.5|5.5")]
)
def test_what_one_person_makes_is_not_set_beside_the_other_colleges(
    tmp_path: Path, is_heavy: bool, of_law: float | None, of_all: str
) -> None:
    site = small_site(tmp_path)
    with warehouse_of(site).opened() as warehouse:
        for table, text in TABLES.items():
            stand_up(
                warehouse.connection, models()[table], text if is_heavy or table != "fact.dominance" else "", again=True
            )
        (table,) = _indicators(warehouse, site)
    loans = {row["college"]: row for row in table.filter(indicator="loans_mean").to_dicts()}
    assert loans["Law"]["value"] == of_law
    assert loans["Art"]["value"] == 0.5
    assert loans["Art"]["others"] == of_all
