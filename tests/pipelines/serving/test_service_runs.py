"""Freezing a list and writing it: once, drawn before anybody is contacted, and asked again at the last moment."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import Misconfigured, Problem
from pipelines.keeping.vault import Vault
from pipelines.paths import ROOT
from pipelines.receiving.ledger import keyring
from pipelines.receiving.pseudonymise import PATRON_NUMBER
from pipelines.serving import service_lists
from pipelines.serving.service_lists import export, record, the_run
from pipelines.serving.service_runs import freeze
from profiles.power import detectable
from tests.pipelines.service_world import BEGINS, World, world_in


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.begin()
    return shared


def written(world: World, run_key: str, folder: Path) -> set[str]:
    files, *_ = export(world.warehouse, world.site, run_key, folder, "reading group", world.moment)
    plain = [file.read_text(encoding="utf-8-sig") for file in files if file.suffix == ".csv"]
    return {line.split(",")[0].strip('"') for text in plain for line in text.splitlines()[1:]}


def know(world: World, numbers: dict[str, str], folder: Path) -> None:
    """Let the vault know the numbers behind pseudonyms."""
    import polars as pl

    rows = [{"id_type": PATRON_NUMBER, "identifier": number, "patron_key": who} for who, number in numbers.items()]
    pl.DataFrame(rows).write_parquet(folder / "identities.parquet")
    Vault.of(world.site.campus, keyring(world.warehouse, world.site)).remember(folder / "identities.parquet")


def test_what_could_be_seen_is_told_before_anything_is_written(world: World) -> None:
    world.fill(
        "service.outcome_event", [{"service": "books", "patron_key": f"p0{n}", "happened_on": BEGINS} for n in range(3)]
    )
    planned = world.plan("books", None)
    assert planned.base_rate == 0.25  # three of the twelve it is for
    assert planned.shares[0.5] == detectable(0.25, 6, 6)
    assert planned.share == 0.5
    assert [world.warehouse.rows(f"ledger.service_{table}") for table in ("run", "member")] == [0, 0]


def test_a_run_is_frozen_once_with_its_baseline(world: World) -> None:
    day_before = BEGINS - dt.timedelta(days=27)
    for day in (BEGINS, day_before, day_before - dt.timedelta(days=1)):
        world.fill("service.outcome_event", [{"service": "books", "patron_key": "p00", "happened_on": day}])
    run_key = world.freeze("books")
    assert run_key == "books.1.spring.20260302"
    assert len(world.arm(run_key, "served")) == len(world.arm(run_key, "held_out")) == 6
    baseline = dict(world.warehouse.rows_of("select patron_key, baseline from ledger.service_member"))
    assert baseline.pop("p00") == 2  # of the last 28 days, the first day of which is 3 February
    assert set(baseline.values()) == {0}
    with pytest.raises(Problem, match="frozen already"):
        world.freeze("books", 0.1)
    assert world.warehouse.rows("ledger.service_run") == 1


def test_a_crash_while_freezing_leaves_neither_run_nor_members(world: World) -> None:
    planned = world.plan("books")
    world.execute("alter table ledger.service_member rename to service_member_away")
    try:
        with pytest.raises(duckdb.CatalogException):
            freeze(world.warehouse, world.site, planned, world.moment)
    finally:
        world.execute("alter table ledger.service_member_away rename to service_member")
    assert world.warehouse.rows("ledger.service_run") == 0


def test_nothing_in_the_program_changes_a_frozen_run() -> None:
    for folder in ("pipelines", "assets"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "update ledger.service" not in text, path
            assert "delete from ledger.service" not in text, path


def test_a_class_taught_together_is_served_or_waits_together(world: World) -> None:
    run_key = world.freeze("rooms")
    arms = world.warehouse.rows_of(
        "select drawn_with, count(distinct arm), count(*) from ledger.service_member group by all order by all"
    )
    assert arms == [("law/c0", 1, 4), ("law/c1", 1, 4), ("law/c2", 1, 4)]
    assert world.arm(run_key, "held_out")


def test_those_held_out_of_a_trial_drawn_elsewhere_are_not_listed_while_it_is_watched(world: World) -> None:
    drawn = {"run_key": "t", "service": "books", "drawn_with": "alone", "assigned_on": BEGINS, "window_days": 10}
    arms = {"p00": "held_out", "p01": "held_out", "p02": "served"}
    world.fill("clean.service_assignment", [{"patron_key": who, "arm": arm, **drawn} for who, arm in arms.items()])
    world.be(BEGINS + dt.timedelta(days=10))
    assert world.plan("books").stopped == {"held_out": 2}
    world.be(BEGINS + dt.timedelta(days=11))
    assert world.plan("books").stopped == {}


def test_those_held_out_wait_for_a_later_list_of_the_same_service_too(world: World) -> None:
    waiting = world.arm(world.freeze("books"), "held_out")
    world.be(BEGINS + dt.timedelta(days=28))
    later = world.plan("books")
    assert later.stopped == {"held_out": 6}
    assert not waiting & set(later.members["patron_key"])
    world.be(BEGINS + dt.timedelta(days=29))
    assert world.plan("books").members.height == 12


def test_a_basic_service_is_held_back_from_nobody(world: World) -> None:
    need = {"term": "spring", "is_stated": False, "strength": 0.5, "reasons": "few"}
    world.fill("service.need", [{"patron_key": "p00", "service": "dues", **need}])
    assert world.plan("dues", 0.5).share == 0
    assert world.plan("dues", 0.5).remark == "a basic service is held back from nobody"


def test_a_list_names_those_served_and_asks_every_rule_again(world: World, tmp_path: Path) -> None:
    know(world, {f"p{n:02}": f"2023{n:04}" for n in range(12)}, tmp_path)
    run_key = world.freeze("books")
    served = sorted(world.arm(run_key, "served"))
    world.send(served[0], "B")  # another department writes in between
    world.refuse(served[1])
    world.execute(f"delete from service.need where patron_key = '{served[2]}'")
    stays = set(served[3:])
    assert written(world, run_key, tmp_path / "lists") == {f"2023{who[1:]:0>4}" for who in stays}
    contacts = world.warehouse.rows_of("select patron_key, contacted_on from ledger.service_contact")
    assert dict(contacts) == dict.fromkeys(stays, BEGINS)
    exports = world.warehouse.rows_of("select run_key, purpose, listed, dropped from ledger.list_export")
    assert exports == [(run_key, "reading group", 3, 3)]


def test_a_list_written_again_is_the_same_and_counts_nobody_twice(world: World, tmp_path: Path) -> None:
    run_key = world.freeze("books")
    first, listed, _ = export(world.warehouse, world.site, run_key, tmp_path, "x", world.moment)
    before = [file.read_bytes() for file in first]
    world.be(BEGINS + dt.timedelta(days=5))
    again, listed_again, _ = export(world.warehouse, world.site, run_key, tmp_path, "x", world.moment)
    assert [file.read_bytes() for file in again] == before
    assert (listed.is_first, listed_again.is_first) == (True, False)
    assert world.warehouse.rows("ledger.service_contact") == 6
    assert world.warehouse.rows("ledger.list_export") == 2  # each look at the list is noted


def test_who_refuses_after_the_first_list_is_off_the_next(world: World, tmp_path: Path) -> None:
    run_key = world.freeze("books")
    gone = min(world.arm(run_key, "served"))
    record(world.warehouse, the_run(world.warehouse, run_key), "x", world.moment)
    world.refuse(gone)
    listed = record(world.warehouse, the_run(world.warehouse, run_key), "x", world.moment)
    assert gone not in listed.people["patron_key"].to_list()
    assert listed.people.height == 5


def test_a_crash_between_recording_and_writing_is_made_good_by_the_next_attempt(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_key = world.freeze("books")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service_lists, "write_lists", crash)
        with pytest.raises(KeyboardInterrupt):
            export(world.warehouse, world.site, run_key, tmp_path / "lists", "x", world.moment)
    assert not (tmp_path / "lists").exists()
    recorded = world.warehouse.rows("ledger.service_contact")
    files, listed, _ = export(world.warehouse, world.site, run_key, tmp_path / "lists", "x", world.moment)
    assert (recorded, listed.people.height, world.warehouse.rows("ledger.service_contact")) == (6, 6, 6)
    assert all(file.exists() for file in files)


@pytest.mark.parametrize(
    ("days", "purpose", "words"), [(29, "x", "expired on 2026-03-30"), (0, "  ", "say what the list is for")]
)
def test_a_list_is_refused_when_it_is_old_or_for_nothing(
    world: World, tmp_path: Path, days: int, purpose: str, words: str
) -> None:
    run_key = world.freeze("books")
    world.be(BEGINS + dt.timedelta(days=days))
    with pytest.raises((Problem, Misconfigured), match=words):
        export(world.warehouse, world.site, run_key, tmp_path, purpose, world.moment)
    assert world.warehouse.rows("ledger.list_export") == 0


def test_a_list_never_lies_where_others_read_and_a_run_unknown_is_named(world: World) -> None:
    run_key = world.freeze("books")
    reports = world.site.campus.reports / "lists"
    with pytest.raises(Misconfigured, match="lies where others read"):
        export(world.warehouse, world.site, run_key, reports, "x", world.moment)
    with pytest.raises(Misconfigured, match=r"did you mean ‘books\.1\.spring\.20260302’"):
        export(world.warehouse, world.site, run_key.replace("b", "B"), reports, "x", world.moment)


def test_an_unset_rule_is_said_and_stops_nobody(world: World) -> None:
    world.begin(contacts_per_person=None, list_valid_days=None)
    for _ in range(5):
        world.send("p00", "A", response="clicked")
    planned = world.plan("books")
    assert planned.unset == ["contacts_per_person"]
    assert planned.stopped == {}
    assert planned.expires_on == dt.date(9999, 12, 31)
