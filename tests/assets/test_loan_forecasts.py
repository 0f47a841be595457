"""Loans are foretold from terms in which no one or two people borrowed the most."""

from pathlib import Path

from assets.forecasts import _LOANS
from pipelines.frames import read
from tests.assets.small_site import small_site, warehouse_of

LOANS = """
create schema fact;
create table fact.loan_class as
select 'C' as college, 'clc' as class_scheme, class_top, class_top || '1' as class_second, 'spring' as term, patron_key, loans
from (values ('I', 'ann', 5), ('I', 'bo', 3), ('I', 'cy', 2), ('J', 'ann', 3), ('J', 'bo', 3), ('J', 'cy', 2), ('K', 'ann', 6), ('K', 'bo', 4))
    as borrowed (class_top, patron_key, loans)
union all
select 'C', 'clc', 'I', 'I2', 'spring', 'ann', 1
"""


def test_a_term_in_which_one_or_two_people_borrow_the_most_has_no_borrowers(tmp_path: Path) -> None:
    with warehouse_of(small_site(tmp_path)).opened() as warehouse:
        warehouse.connection.execute(LOANS)
        told = [
            read(warehouse, _LOANS, {"one": one, "two": two}).sort("class_top") for one, two in ((0.5, 0.8), (1, 1))
        ]
    # I: ann has 6 of 11; J: 3 of 8, and with bo 6; K: ann and bo have all 10.
    rows = [frame.select("class_top", "loans", "borrowers").rows() for frame in told]
    assert rows[0] == [("I", 11, 0), ("J", 8, 3), ("K", 10, 0)]
    assert rows[1] == [("I", 11, 3), ("J", 8, 3), ("K", 10, 2)]
