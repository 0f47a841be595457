"""The sequence of a person's visits is read in their order, a letter for each slot of the week."""

from pathlib import Path

import polars as pl

from assets.orderliness import _SEQUENCES, _orderliness
from pipelines.frames import read
from tests.assets.small_site import small_site, warehouse_of

VISITS = """
create schema clean; create schema ref;
create table ref.calendar_day as
select cast(day as date) as day, case when day < date '2026-03-30' then 'spring' end as term, isodow(day)::integer as weekday
from generate_series(date '2026-03-02', date '2026-03-31', interval 1 day) as series(day);
create table clean.visit as
select patron_key, 'main' as building, cast(seen_at as date) as service_date, seen_at, entered_at, null::timestamp as exited_at
from (
    select 'ann' as patron_key, moment as seen_at, moment as entered_at
    from (values (timestamp '2026-03-08 22:00'), (timestamp '2026-03-02 09:00'), (timestamp '2026-03-02 13:00'),
        (timestamp '2026-03-03 11:59'), (timestamp '2026-03-31 09:00')) as visit(moment)
    union all
    select 'ann', timestamp '2026-03-05 00:00', null
    union all
    select 'bo', timestamp '2026-03-02 09:00' + day * interval 1 day, timestamp '2026-03-02 09:00' + day * interval 1 day
    from range(20) as series(day)
);
"""


def test_visits_of_known_time_in_a_term_become_letters(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(VISITS)
        found = read(warehouse, _SEQUENCES, {"term": "spring"}).sort("patron_key")
        (filled,) = _orderliness(warehouse, site)
    # Monday morning and afternoon are A and B, Tuesday morning D, Sunday evening U.
    assert found.rows() == [("ann", "spring", "ABDU"), ("bo", "spring", "ADGJMPSADGJMPSADGJMP")]
    assert filled["patron_key"].to_list() == ["bo"]
    assert filled.schema["order_actual_entropy"] == pl.Float64
