"""Whatever is frozen, listed, sent, refused and broken off, in whatever order: no cap is broken, and no one who waits is listed.

What is held here is counted anew in plain Python from what happened, without asking the gate.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pipelines.errors import Problem
from pipelines.serving import service_lists, service_runs
from pipelines.serving.service_lists import record, the_run
from tests.pipelines.service_world import BEGINS, RULES, SERVICES, World, world_in

PEOPLE = 6
WHO = st.sampled_from([f"p{n:02}" for n in range(PEOPLE)])


@dataclass
class Sent:
    """One invitation, in the order in which they happened."""

    who: str
    service: str
    department: str
    day: dt.date
    is_ours: bool
    is_answered: bool = False


@dataclass
class Watch:
    """What has happened so far, and whether any of it should not have."""

    sent: list[Sent] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    waiting: list[tuple[str, str, dt.date]] = field(default_factory=list)
    """Who waits for which service, until when."""
    wrong: list[str] = field(default_factory=list)

    def froze(self, world: World, run_key: str, service: str) -> None:
        until = world.day + dt.timedelta(days=29)
        self.waiting += [(who, service, until) for who in world.arm(run_key, "held_out")]

    def listed(self, world: World, service: str, people: set[str], recorded_before: set[str]) -> None:
        for who in people:
            self.wrong += [
                f"{who} waits, and is on a list"
                for w, s, until in self.waiting
                if (w, s) == (who, service) and world.day < until and who not in recorded_before
            ]
            self.wrong += [f"{who} has refused, and is on a list"] if who in self.refused else []
        for who in sorted(people - recorded_before):
            self._invited(Sent(who, service, SERVICES[service], world.day, True))

    def _invited(self, now: Sent) -> None:
        before = [one for one in self.sent if one.who == now.who]
        recent = [one for one in before if (now.day - one.day).days < RULES["person_window_days"]]
        others = [one for one in before if one.department != now.department]
        unanswered = 0
        for one in before:
            unanswered = 0 if one.is_answered else unanswered + 1
        if len(recent) >= RULES["contacts_per_person"]:
            self.wrong.append(f"{now.who} is invited a third time in 30 days")
        if any(one.service == now.service for one in before):
            self.wrong.append(f"{now.who} is invited to {now.service} twice in a term")
        if any((now.day - one.day).days < RULES["cooling_off_days"] for one in others):
            self.wrong.append(f"{now.who} is invited within 14 days of another department")
        if unanswered >= RULES["unanswered_before_rest"]:
            self.wrong.append(f"{now.who} left three unanswered, and is invited again")
        self.sent.append(now)


class Campaigns(RuleBasedStateMachine):
    """A term of lists in one library."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.watch, self.runs = Watch(), dict[str, str]()
        self.world.begin(PEOPLE)

    @rule(service=st.sampled_from(sorted(SERVICES)), share=st.sampled_from([0.0, 0.3, 0.5]))
    def freeze(self, service: str, share: float) -> None:
        try:
            run_key = self.world.freeze(service, share)
        except Problem:
            return
        self.runs[run_key] = service
        self.watch.froze(self.world, run_key, service)

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 9), breaks=st.sampled_from(["never", "never", "before recording", "before writing"]))
    def list_people(self, which: int, breaks: str) -> None:
        run_key = sorted(self.runs)[which % len(self.runs)]
        before = self.recorded(run_key)
        if breaks == "before recording":
            broken_off = patch.object(service_lists.getpass, "getuser", side_effect=KeyboardInterrupt)
            with broken_off, pytest.raises(KeyboardInterrupt):
                record(self.world.warehouse, the_run(self.world.warehouse, run_key), "x", self.world.moment)
            assert self.recorded(run_key) == before
            return
        listed = record(self.world.warehouse, the_run(self.world.warehouse, run_key), "x", self.world.moment)
        people = set(listed.people["patron_key"])
        # A crash before writing shows nobody; whoever was recorded counts as invited all the same.
        self.watch.listed(
            self.world, self.runs[run_key], people if breaks == "never" else self.recorded(run_key) - before, before
        )
        assert people <= self.recorded(run_key)
        assert not people & self.world.arm(run_key, "held_out")

    def recorded(self, run_key: str) -> set[str]:
        query = "select patron_key from ledger.service_contact where run_key = ?"
        return {who for (who,) in self.world.warehouse.rows_of(query, [run_key])}

    @rule(who=WHO, department=st.sampled_from(["A", "B", "C"]), is_answered=st.booleans())
    def another_system_writes(self, who: str, department: str, is_answered: bool) -> None:
        self.world.send(who, department, response="clicked" if is_answered else "none")
        self.watch.sent.append(Sent(who, "other", department, self.world.day, False, is_answered))

    @rule(who=WHO)
    def refuse(self, who: str) -> None:
        self.world.refuse(who)
        self.watch.refused.add(who)

    @rule(days=st.integers(1, 16))
    def time_passes(self, days: int) -> None:
        if (self.world.day - BEGINS).days < 150:
            self.world.be(self.world.day + dt.timedelta(days=days))

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert self.watch.wrong == []

    @invariant()
    def nobody_is_recorded_twice(self) -> None:
        query = "select run_key, patron_key from ledger.service_contact group by all having count(*) > 1"
        assert self.world.warehouse.rows_of(query) == []


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("world")) as world:
        yield world


def test_no_sequence_breaks_a_cap_or_lists_anyone_who_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Campaigns, "world", world, raising=False)
    few = settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Campaigns, settings=few)


def test_without_the_gate_the_same_watch_finds_what_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: everybody passes, and each of the rules is seen to be broken."""

    def everybody(warehouse: object, candidates: pl.DataFrame, day: dt.date) -> pl.DataFrame:
        return candidates.with_columns(stopped_by=pl.lit(None, pl.String), stopped_until=pl.lit(None, pl.Date))

    monkeypatch.setattr(service_lists, "through_the_gate", everybody)
    monkeypatch.setattr(service_runs, "through_the_gate", everybody)
    monkeypatch.setattr(Campaigns, "world", world, raising=False)
    term = Campaigns()
    term.refuse("p00")
    for day, service in enumerate(["books", "films", "rooms", "books"]):
        world.be(BEGINS + dt.timedelta(days=day))
        term.freeze(service, 0.3 if day == 0 else 0.0)
        term.list_people(sorted(term.runs).index(world_run(term, service, day)), "never")
    told = " ".join(term.watch.wrong)
    for words in ("has refused", "waits", "third time", "twice in a term", "another department", "three unanswered"):
        assert words in told


def world_run(term: Campaigns, service: str, day: int) -> str:
    return f"{service}.1.spring.{BEGINS + dt.timedelta(days=day):%Y%m%d}"
