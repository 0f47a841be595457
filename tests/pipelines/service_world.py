"""A small library whose services list a handful of readers, on a day of one's choice; what its ledger then says."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.building.build import write
from pipelines.campus import Words
from pipelines.serving.service_runs import Plan, freeze, plan
from pipelines.serving.service_state import Feeds, catalogue_rows, reason_rows, site_catalogue
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from tests.assets.small_site import small_site, warehouse_of
from tests.conftest import stand_up

BEGINS = dt.date(2026, 3, 2)
RULES = {
    "contacts_per_person": 2,
    "person_window_days": 30,
    "contacts_per_service_and_term": 1,
    "cooling_off_days": 14,
    "quiet_before_exams_days": 0,
    "unanswered_before_rest": 3,
    "list_valid_days": 28,
}
SERVICES = {"books": "A", "films": "A", "rooms": "B"}
"""Each service and the department that offers it; rooms are for whole classes."""
_READ = (
    *(
        "clean.contact",
        "clean.consent",
        "clean.service_assignment",
        "service.outcome_event",
        "ref.contact_rule",
        "ref.calendar_day",
        "ref.term",
    ),
    *("fact.roster", "ref.horizon", "service.need", "portrait.individual", "fact.need_sign", "fact.stated_need"),
    *("service.audience", "service.candidate"),
)


def said(owner: str, number: int, **lines: Any) -> dict[str, Any]:
    words = {"zh": "见", "en": "seen"}
    return {
        "number": number,
        "name": words,
        "family": "resources",
        "signs": {"few": {"when": "loans < 3", **words}},
        "outcome": {"sql": "select patron_key, loaned_on as happened_on from fact.loan_kind", **words},
        "channel": "email",
        "cap_class": "invitational",
        "owner": owner,
        "purpose": "recommendation",
        "starts": dt.date(2025, 9, 1),
        **lines,
    }


class World:
    """The site, its open warehouse, and the day it is."""

    def __init__(self, site: Site, warehouse: Warehouse) -> None:
        self.site, self.warehouse, self.day = site, warehouse, BEGINS

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time(9))

    def begin(self, people: int = 12, **rules: int | None) -> None:
        """Nothing has been frozen, sent or refused, and everybody needs everything."""
        self.day = BEGINS
        for table in ("ledger.service_run", "ledger.service_member", "ledger.service_contact", "ledger.list_export"):
            self.execute(f"delete from {table}")
        for table in _READ:
            stand_up(self.warehouse.connection, models()[table], "", again=True)
        everyone = [f"p{n:02}" for n in range(people)]
        self.fill("ref.contact_rule", [{"rule": k, "value": v} for k, v in (RULES | rules).items()])
        days = [BEGINS + dt.timedelta(days=n) for n in range(200)]
        self.fill("ref.calendar_day", [{"day": d, "term": "spring", "period": "teaching"} for d in days])
        self.fill("ref.term", [{"term": "spring", "starts_on": BEGINS, "ends_on": days[-1]}])
        person = {"term": "spring", "college": "law", "discipline_group": "humanities", "is_exposed": True, "loans": 0}
        rows = [{"patron_key": who, "class_group": f"c{n // 4}", **person} for n, who in enumerate(everyone)]
        for table in ("fact.roster", "portrait.individual", "fact.need_sign"):
            names = {column.name for column in models()[table].columns}
            self.fill(table, [{k: v for k, v in row.items() if k in names} for row in rows])
        need = {"term": "spring", "is_stated": False, "strength": 0.5, "reasons": "few"}
        self.fill("service.need", [{"patron_key": w, "service": s, **need} for w in everyone for s in SERVICES])
        self.be(BEGINS)

    def be(self, day: dt.date) -> None:
        """Let it be a day, on which everything up to it has been received."""
        self.day = day
        self.execute("delete from ref.horizon")
        self.fill("ref.horizon", [{"first_day": BEGINS, "as_of": day}])

    def fill(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.warehouse.connection.register("rows_given", pl.DataFrame(rows).to_arrow())
        self.execute(f"insert into {table} by name select * from rows_given")
        self.warehouse.connection.unregister("rows_given")

    def execute(self, query: str) -> None:
        self.warehouse.connection.execute(query)

    def plan(self, service: str, share: float | None = 0.5) -> Plan:
        return plan(self.warehouse, self.site, service, None, share, self.day)

    def freeze(self, service: str, share: float | None = 0.5) -> str:
        """The key of a run frozen today."""
        planned = self.plan(service, share)
        freeze(self.warehouse, self.site, planned, self.moment)
        return planned.run_key

    def arm(self, run_key: str, arm: str) -> set[str]:
        query = "select patron_key from ledger.service_member where run_key = ? and arm = ?"
        return {who for (who,) in self.warehouse.rows_of(query, [run_key, arm])}

    def send(self, who: str, department: str, service: str = "other", response: str = "none") -> None:
        """Another system's message to a reader today."""
        number = self.warehouse.rows("clean.contact")
        message = {
            "contact_key": f"m{number}",
            "campaign_key": "mail",
            "contacted_at": self.moment,
            "contacted_on": self.day,
        }
        told = {
            "patron_key": who,
            "department": department,
            "purpose": service,
            "channel": "email",
            "response": response,
        }
        self.fill("clean.contact", [message | told])

    def refuse(self, who: str, purpose: str = "contact") -> None:
        self.fill(
            "clean.consent",
            [
                {
                    "patron_key": who,
                    "purpose": purpose,
                    "valid_from": self.moment,
                    "valid_to": dt.datetime(9999, 12, 31),
                    "is_given": False,
                }
            ],
        )


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    services = {
        code: said(owner, n, taught_together=code == "rooms") for n, (code, owner) in enumerate(SERVICES.items(), 1)
    }
    services["dues"] = said("A", 9, cap_class="transactional")
    words = {"zh": "资源", "en": "Resources"}
    own = {"families": {"resources": words}, "purposes": {"recommendation": words}, "services": services}
    (folder / "own.yml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    site = small_site(folder, reference={"services": "own.yml"})
    with warehouse_of(site).opened() as warehouse:
        world = World(site, warehouse)
        catalogue, used = site_catalogue(site)
        feeds: dict[str, Words] = {}
        rows = {
            "service.catalogue": catalogue_rows(catalogue, used, Feeds(feeds, frozenset()), BEGINS),
            "service.reason": reason_rows(catalogue),
        }
        for table, lines in rows.items():
            write(warehouse, models()[table], pl.DataFrame(lines))
        world.begin()
        yield world
