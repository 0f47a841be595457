"""The sequence of a person's visits is read in their order, a letter for each slot of the week; a term stands while its visits do."""

from pathlib import Path

import dagster as dg
import pytest

from assets.orderliness import _SEQUENCES, _orderliness, order
from pipelines.building import changes, hand
from pipelines.frames import read
from pipelines.site import Site, models
from tests.assets.small_site import small_site, warehouse_of
from tests.profiles.test_orderliness import actual_entropy

VISITS = """
create schema clean; create schema ref;
create table ref.calendar_day as
select
    cast(day as date) as day, isodow(day)::integer as weekday,
    case when day < date '2026-02-01' then 'autumn' when day between date '2026-03-02' and date '2026-03-29' then 'spring' end as term
from generate_series(date '2026-01-05', date '2026-03-31', interval 1 day) as series(day);
create table clean.visit as
select patron_key, 'main' as building, cast(seen_at as date) as service_date, seen_at, entered_at, null::timestamp as exited_at
from (
    select 'ann' as patron_key, moment as seen_at, moment as entered_at
    from (values (timestamp '2026-03-08 22:00'), (timestamp '2026-03-02 09:00'), (timestamp '2026-03-02 13:00'),
        (timestamp '2026-03-03 11:59'), (timestamp '2026-03-31 09:00')) as visit(moment)
    union all
    select 'ann', timestamp '2026-03-05 00:00', null
    union all
    select 'bo', begun + day * interval 1 day, begun + day * interval 1 day
    from range(20) as series(day), (values (timestamp '2026-01-05 09:00'), (timestamp '2026-03-02 09:00')) as term(begun)
);
"""
WEEKS = "ADGJMPSADGJMPSADGJMP"
ONCE_IN_THE_EVENING = "update clean.visit set seen_at = timestamp '2026-03-03 21:00', entered_at = timestamp '2026-03-03 21:00' where seen_at = timestamp '2026-03-03 09:00'"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = small_site(tmp_path)
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(VISITS)
    return site


def changed(site: Site, statement: str) -> None:
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(statement)
        changes.note(warehouse, models()["clean.visit"])


def night(site: Site) -> dict[str, float]:
    """Run the asset once; what it says of Bo in each term."""
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize(order().assets, instance=instance, resources={"site": site, "warehouse": warehouse_of(site)})
    with warehouse_of(site).opened() as warehouse:
        rows = warehouse.rows_of("select term, patron_key, order_actual_entropy from fact.orderliness order by all")
    assert [who for _, who, _ in rows] == ["bo"] * len(rows)
    return {term: entropy for term, _, entropy in rows}


def test_visits_of_known_time_in_a_term_become_letters(site: Site) -> None:
    with warehouse_of(site).opened() as warehouse:
        found = read(warehouse, _SEQUENCES, {"term": "spring"}).sort("patron_key")
        (filled,) = _orderliness(warehouse, site)
    # Monday morning and afternoon are A and B, Tuesday morning D, Sunday evening U.
    assert found.rows() == [("ann", "spring", "ABDU"), ("bo", "spring", WEEKS)]
    assert filled.select("patron_key", "term").sort("term").rows() == [("bo", "autumn"), ("bo", "spring")]


def test_times_before_1970_are_in_order_too(site: Site) -> None:
    with warehouse_of(site).opened() as warehouse:
        warehouse.connection.execute(
            "update clean.visit set seen_at = seen_at - interval 36500 day, service_date = service_date - 36500;"
            "update ref.calendar_day set day = day - 36500, weekday = 1"
        )
        found = dict(read(warehouse, _SEQUENCES, {"term": "spring"}).select("patron_key", "slots").rows())
    assert found == {"ann": "ABAC", "bo": "A" * 20}


def test_only_a_term_whose_visits_are_others_is_computed_anew(site: Site) -> None:
    """What stands is falsified, so that it is seen which rows were left."""
    as_found = night(site)
    assert as_found == dict.fromkeys(["autumn", "spring"], actual_entropy(WEEKS))
    changed(site, f"update fact.orderliness set order_actual_entropy = 9; {ONCE_IN_THE_EVENING}")
    assert night(site) == {"autumn": 9, "spring": actual_entropy("AFGJMPSADGJMPSADGJMP")}
    changed(site, "delete from clean.visit where seen_at >= timestamp '2026-03-01'")
    assert night(site) == {"autumn": 9}


def test_all_is_computed_anew_when_the_code_is_another(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    as_found = night(site)
    changed(site, "update fact.orderliness set order_actual_entropy = 9")
    assert night(site) == dict.fromkeys(as_found, 9)  # the control: with the same code they stand
    monkeypatch.setattr(hand, "code", lambda: "another")
    assert night(site) == as_found


def test_what_changed_in_a_night_that_broke_is_made_up_for_in_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(site)
    changed(site, ONCE_IN_THE_EVENING)
    with monkeypatch.context() as broken:
        broken.setattr("assets.orderliness.orderliness", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            night(site)
    changed(site, ONCE_IN_THE_EVENING.replace("03-03", "01-06"))
    once = actual_entropy("AFGJMPSADGJMPSADGJMP")
    assert night(site) == {"autumn": once, "spring": once}
