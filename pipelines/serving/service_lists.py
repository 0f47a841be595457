"""The lists that librarians are given of a frozen run: whom to serve with what, and why.

Only here do pseudonyms become numbers of persons again.  A list is recorded before it is written: a crash
between the two leaves a contact too many in the count and never one too few, and the next attempt writes
the same list.  How files are written belongs in :mod:`pipelines.serving.lists`.
"""

import datetime as dt
import getpass
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.campus import Campus
from pipelines.errors import Misconfigured, Problem
from pipelines.frames import read
from pipelines.keeping.vault import Vault
from pipelines.modelling.slips import suggestion
from pipelines.quoting import literal
from pipelines.receiving import ledger
from pipelines.serving.lists import write_lists
from pipelines.serving.service_contacts import through_the_gate
from pipelines.site import Site
from pipelines.warehouse import Warehouse

HEADINGS = ("读者号 number", "学院 college", "原因 reason", "Reason", "有效期至 valid until", "运行号 run")
_SERVED = """
select member.patron_key, member.reasons, roster.college, roster.discipline_group,
    run.service, catalogue.owner as department, catalogue.cap_class, catalogue.purpose, need.patron_key is not null as is_needed
from ledger.service_member as member
join ledger.service_run as run on member.run_key = run.run_key
left join service.catalogue as catalogue on run.service = catalogue.service
left join fact.roster as roster on member.patron_key = roster.patron_key and run.term = roster.term
left join service.need as need
    on member.patron_key = need.patron_key and run.term = need.term and run.service = need.service
where member.run_key = {run} and member.arm = 'served'
order by member.patron_key
"""
_LISTED = "select patron_key from ledger.service_contact where run_key = ?"


@dataclass(frozen=True)
class Run:
    """A frozen run, as the ledger has it."""

    run_key: str
    service: str
    term: str
    frozen_at: dt.datetime
    expires_on: dt.date


@dataclass(frozen=True)
class Listed:
    """Who stands on a run's list."""

    people: pl.DataFrame
    """With patron_key, reasons, college and discipline_group."""
    dropped: dict[str, int]
    """By rule, how many of those to be served are left out."""
    is_first: bool


def export(
    warehouse: Warehouse, site: Site, run_key: str, out: Path, purpose: str, moment: dt.datetime
) -> tuple[list[Path], Listed, int]:
    """Write a run's lists into a folder of their own below ``out``; also, how many no number is known of.

    Raises:
        Misconfigured: there is no such run, no purpose is given, or the folder is one that others read.
        Problem: the run has expired.

    """
    run = the_run(warehouse, run_key)
    refuse_place(site.campus, out, purpose)
    _refuse_expired(run, moment.date())
    keyring = ledger.keyring(warehouse, site)
    listed = record(warehouse, run, purpose, moment)
    numbers = Vault.of(site.campus, keyring).numbers(listed.people["patron_key"])
    named = listed.people.join(numbers, on="patron_key", how="left", maintain_order="left")
    lists = _by_group(named, run, _reasons(warehouse, run.service))
    files = write_lists(out / run.run_key, lists, HEADINGS, run.frozen_at)
    return files, listed, named["identifier"].null_count()


def record(warehouse: Warehouse, run: Run, purpose: str, moment: dt.datetime) -> Listed:
    """Settle who stands on the list, and note it as written: they count as contacted from now on.

    The first time every rule is asked again.  After that the list stays as it was, less whoever has refused since.
    """
    with warehouse.transaction() as connection:
        listed = _settled(warehouse, run, moment.date())
        if listed.is_first:
            connection.register("listed_people", listed.people.select("patron_key").to_arrow())
            connection.execute(
                "insert into ledger.service_contact select ?, patron_key, ? from listed_people",
                [run.run_key, moment.date()],
            )
            connection.unregister("listed_people")
        exports = warehouse.rows_of("select count(*) from ledger.list_export where run_key = ?", [run.run_key])[0][0]
        told = [f"{run.run_key}#{exports + 1}", run.run_key, purpose, getpass.getuser(), moment]
        counts = [listed.people.height, sum(listed.dropped.values())]
        connection.execute("insert into ledger.list_export values (?, ?, ?, ?, ?, ?, ?)", told + counts)
    return listed


def the_run(warehouse: Warehouse, run_key: str) -> Run:
    """A run by its key.

    Raises:
        Misconfigured: there is none.

    """
    rows = warehouse.rows_of("select run_key, service, term, frozen_at, expires_on from ledger.service_run")
    runs = {row[0]: Run(*row) for row in rows}
    if run_key not in runs:
        raise Misconfigured(f"there is no run ‘{run_key}’{suggestion(run_key, runs)} — see `mingyuan service runs`")
    return runs[run_key]


def _settled(warehouse: Warehouse, run: Run, today: dt.date) -> Listed:
    served = read(warehouse, _SERVED.format(run=literal(run.run_key)))
    recorded = [patron_key for (patron_key,) in warehouse.rows_of(_LISTED, [run.run_key])]
    judged = through_the_gate(warehouse, served, today)
    has_refused = pl.when(pl.col("stopped_by") == "opted_out").then("stopped_by")
    if recorded:
        is_new = ~pl.col("patron_key").is_in(recorded)
        stopped_by = pl.when(is_new).then(pl.lit("left_out_before")).otherwise(has_refused)
    else:
        stopped_by = pl.coalesce("stopped_by", pl.when(~pl.col("is_needed")).then(pl.lit("no_need")))
    judged = judged.with_columns(stopped_by=stopped_by)
    stays = judged.filter(pl.col("stopped_by").is_null()).drop("stopped_by", "stopped_until", "is_needed")
    return Listed(stays, dict(Counter(judged["stopped_by"].drop_nulls().sort())), not recorded)


def refuse_place(campus: Campus, out: Path, purpose: str) -> None:
    """Hear of a list without a purpose, or of a folder that others read, before anything is made.

    Raises:
        Misconfigured: one of them.

    """
    if not purpose.strip():
        raise Misconfigured('--for: say what the list is for, as in --for "invite to the reading group"')
    for folder in (campus.reports, campus.published, campus.landing):
        if out.resolve().is_relative_to(folder.resolve()):
            raise Misconfigured(f"--out: {out} lies where others read — choose a folder for lists of people alone")


def _refuse_expired(run: Run, today: dt.date) -> None:
    if today > run.expires_on:
        raise Problem(f"{run.run_key}: expired on {run.expires_on} — run the line, and freeze the service anew")


def _reasons(warehouse: Warehouse, service: str) -> dict[str, tuple[str, str]]:
    rows = warehouse.rows_of("select reason, label_zh, label_en from service.reason where service = ?", [service])
    return {reason: (zh, en) for reason, zh, en in rows}


def _by_group(people: pl.DataFrame, run: Run, words: dict[str, tuple[str, str]]) -> dict[str, list[list[str]]]:
    """The lines of each discipline group's list, by the list's name."""
    lists: dict[str, list[list[str]]] = {}
    for row in people.sort("college", "identifier", "patron_key").iter_rows(named=True):
        group = re.sub(r"[^\w-]+", "_", row["discipline_group"] or "other")
        lists.setdefault(f"{run.service}-{group}", []).append(_line(row, run, words))
    return lists


def _line(row: dict[str, Any], run: Run, words: dict[str, tuple[str, str]]) -> list[str]:
    codes = row["reasons"].split()
    zh, en = (
        sep.join(words[code][n] if code in words else code for code in codes) for n, sep in ((0, "；"), (1, "; "))
    )
    return [row["identifier"] or "", row["college"] or "", zh, en, str(run.expires_on), run.run_key]
