"""What was told of a month or a term stays when the records behind it go, and whatever is made anew after that."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from pipelines.building import due, pieces, settled
from pipelines.building.build import renew
from pipelines.building.changes import EVERYTHING
from pipelines.building.settled import losing
from pipelines.definitions import build_definitions
from pipelines.engine import Engine
from pipelines.errors import Problem
from pipelines.forgetting import limits
from pipelines.forgetting.erased_rows import refuse_what_stands, rows_of, take_out
from pipelines.paths import ROOT
from pipelines.portraying.past import Moment, warehouse_at
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from tests.line.sites import Line, Whole, changed, short_history

AFTERWARDS = dt.date(2026, 9, 26)
"""By this day February is over for seven months, but for its last days, which March is not told without."""
LIMITS = {"gate": "7 months", "space": "7 months", "e_resource": "4 months", "consultation": "6 months"}
NOTED = {"ledger.expectation", "ledger.file", "ledger.retention"}
RECORDS = {
    "raw.gate_event": ("passed_at", "2026-02-27"),
    "clean.visit": ("service_date", "2026-02-27"),
    "raw.space_booking": ("greatest(starts_at, checked_in_at, checked_out_at, cancelled_at)", "2026-03-01"),
    "clean.booking": ("greatest(service_date, starts_at, checked_in_at, checked_out_at)", "2026-02-27"),
}
"""By what it is known how old a record is, and the first day that stays."""


@pytest.fixture(scope="module")
def let_go(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The campus after a night in which nothing came, and much was past its time; to be copied, not changed."""
    line = whole.line.copied(tmp_path_factory.mktemp("let-go") / "site")
    site = line.folder / "campus.yml"
    said = yaml.safe_load(site.read_text(encoding="utf-8")) | {"retention": LIMITS}
    site.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, short_history(patch):
        patch.setattr(limits, "today", lambda campus: AFTERWARDS)
        outcome = line.run()
    assert outcome.success, outcome.problems
    assert outcome.told[0].startswith("let go, past their time: ")
    return line


@pytest.fixture
def line(let_go: Line, tmp_path: Path) -> Line:
    return let_go.copied(tmp_path / "site")


def made_anew(line: Line) -> None:
    """Every table that SQL makes, whole: as after a change of each definition."""
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute("delete from ledger.build where table_name not like 'raw.%'")
        for model in models().values():
            if model.is_select:
                renew(warehouse, model, Engine())


def test_nothing_but_the_records_has_changed(whole: Whole, let_go: Line) -> None:
    of_records = {m.table for table in limits.limits(let_go.site) for m in losing(models(), table)}
    told = set(changed(whole.line.hashes(), let_go.hashes())) - NOTED
    assert RECORDS.keys() <= told <= of_records
    for table, (time, first_day) in RECORDS.items():
        gone = f"select count(*) from {table} where {time} < date '{first_day}'"
        assert whole.line.rows_of(gone)[0][0] > 100, table
        assert let_go.rows_of(gone) == [(0,)], table
        younger = f"select count(*), sum(hash(rows)) from {table} as rows where {time} >= date '{first_day}'"
        assert whole.line.rows_of(younger) == let_go.rows_of(younger), table


def test_what_was_told_stays_though_all_is_made_anew(line: Line) -> None:
    before = line.hashes()
    made_anew(line)
    assert set(changed(before, line.hashes())) <= NOTED


def test_without_that_terms_would_be_told_of_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (due, pieces, settled):
        monkeypatch.setattr(module, "settled", lambda warehouse, model: None)
    before = line.hashes()
    made_anew(line)
    lost = set(changed(before, line.hashes()))
    assert lost >= {
        "fact.visit_month",
        "fact.rhythm",
        "portrait.individual",
        "portrait.department",
        "ref.received_day",
    }


def test_whoever_is_erased_goes_from_what_is_not_made_anew(line: Line) -> None:
    ((key,),) = line.rows_of("select min(patron_key) from fact.visit_month where month < date '2026-01-01'")
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        assert rows_of(warehouse, [key])["fact.visit_month"] > 0
        with warehouse.transaction():
            take_out(warehouse, [key])
        for model in models().values():
            if model.is_select:
                renew(warehouse, model, Engine())
        assert not {table for table in rows_of(warehouse, [key]) if models()[table].is_select}


def test_and_would_stand_there_for_good_otherwise(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    ((key,),) = line.rows_of("select min(patron_key) from fact.visit_month where month < date '2026-01-01'")
    monkeypatch.setattr("pipelines.forgetting.erased_rows.settled", lambda warehouse, model: None)
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        with warehouse.transaction():
            take_out(warehouse, [key])
        for model in models().values():
            if model.is_select:
                renew(warehouse, model, Engine())
        with pytest.raises(Problem, match=r"fact\.visit_month"):
            refuse_what_stands(warehouse, [key])


AS_KEPT = {
    "clean.call_class": "call numbers, of nobody, for loans that are here",
    "report.source": "how many records are here",
    "service.audience": "who a service is for now",
    "service.catalogue": "whether a feed has come: by its days, which stay",
    "service.need": "who needs a service now",
    "service.reason": "why a service is for nobody now",
    "service.tie": "questions of the months that are kept",
}
"""Tables that tell of no time that is past, though they read records."""


def test_every_table_that_reads_records_knows_what_of_it_stays() -> None:
    every = models()
    records = {m.table for t, model in every.items() if model.feed and model.feed.retention for m in losing(every, t)}
    graph = build_definitions(Site(file=str(ROOT / "campus.example.yml"))).resolve_asset_graph()
    reads = {".".join(n.key.path): {".".join(key.path) for key in n.parent_keys} for n in graph.asset_nodes}
    unsaid = {
        table
        for table in every.keys() & reads.keys() - records
        if reads[table] & records and not every[table].parted and not every[table].header.values("settles")
    }
    assert unsaid == AS_KEPT.keys()


def test_a_look_back_touches_no_original_and_knows_what_stays(whole: Whole, line: Line, tmp_path: Path) -> None:
    originals = {path: path.read_bytes() for path in sorted(line.campus.vault.rglob("*")) if path.is_file()}
    told = "select patron_key, term, visit_days, active_days from portrait.individual order by all"
    moment, tables = Moment(as_of=dt.date(2026, 6, 1)), ["portrait.individual"]
    with warehouse_at(whole.line.copied(tmp_path / "all").site, moment, tables) as past:
        of_all = past.connection.execute(told).fetchall()
    with warehouse_at(line.site, moment, tables) as past:
        assert past.connection.execute(told).fetchall() == of_all
    assert {term for _, term, *_ in of_all} == {"2025-2026-1", "2025-2026-2"}
    assert {path: path.read_bytes() for path in originals} == originals


def test_a_day_whose_records_are_gone_cannot_be_looked_back_at(line: Line) -> None:
    with (
        pytest.raises(
            Problem, match=r"records of .* are kept from 2026-\d\d-\d\d on, and of 2025-12-01 are here no more"
        ),
        warehouse_at(line.site, Moment(as_of=dt.date(2025, 12, 1)), ["portrait.individual"]),
    ):
        pass


def test_what_comes_late_of_a_feed_without_limit_counts_as_received(line: Line) -> None:
    """Loans have no limit here, so a first export of last autumn's is told of, though its gates are settled."""
    days = "select feed, count(*) from ref.received_day where day < date '2025-10-01' group by feed order by feed"
    before = dict(line.rows_of(days))
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute("delete from ref.received_day where feed = 'loan'")
        warehouse.connection.execute(
            f"insert into ledger.change select 'raw.loan', '{EVERYTHING}', '', max(stamp) + 1 from ledger.change"
        )
        renew(warehouse, models()["ref.received_day"], Engine())
    assert dict(line.rows_of(days)) == before
    assert {"gate", "loan"} <= before.keys()


def test_what_is_settled_of_one_feed_keeps_nothing_of_another(line: Line) -> None:
    """Questions are kept since April alone, so months of use before it are settled for them and not for visits."""
    told = "select kind, month, count(*), sum(hash(rows)) from fact.use_month as rows group by kind, month order by all"
    before = line.rows_of(told)
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        ends = dict(warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all"))
        assert ends["clean.consultation"] > dt.date(2026, 3, 31) > ends["clean.visit"]
        warehouse.connection.execute("delete from fact.use_month where kind = 'visit' and month = date '2026-03-01'")
        lost = warehouse.rows_of(told)
        warehouse.connection.execute(
            "insert into ledger.change select 'clean.visit', 'service_date', '2026-03-10', max(stamp) + 1 from ledger.change"
        )
        assert renew(warehouse, models()["fact.use_month"], Engine()).rebuilt == "2026-03"
    assert lost != before
    assert line.rows_of(told) == before
