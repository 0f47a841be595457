"""The list of verified attendance that is handed to the second classroom (第二课堂), term by term.

Who is on it is said by service.second_classroom: came by name, and stayed long enough.  Each list is the whole of
a term, so one that is written later takes the place of the one before and takes back what an export took back; every
writing is noted with who asked for it and what for.  How files are written belongs in :mod:`pipelines.serving.lists`.
"""

import datetime as dt
import getpass
from pathlib import Path

import polars as pl

from pipelines.errors import Problem
from pipelines.frames import read
from pipelines.keeping.vault import Vault
from pipelines.quoting import literal
from pipelines.receiving import ledger
from pipelines.serving.lists import write_lists
from pipelines.serving.service_lists import refuse_place
from pipelines.site import Site
from pipelines.warehouse import Warehouse

HEADINGS = (
    "学号 number",
    "活动编号 event",
    "类型 kind",
    "系列 series",
    "日期 held on",
    "分钟 minutes",
    "学时 credit hours",
)
_COLUMNS = ("identifier", "event_key", "event_type", "series", "held_on", "attended_minutes", "credit_hours")


def export(
    warehouse: Warehouse, site: Site, term: str, out: Path, purpose: str, moment: dt.datetime
) -> tuple[list[Path], int, int]:
    """Write the attendance of a term; also, how many lines it has, and how many are left out as no number is known.

    Raises:
        Misconfigured: no purpose is given, or the folder is one that others read.
        Problem: nothing of the term can be reported.

    """
    refuse_place(site.campus, out, purpose)
    rows = read(warehouse, f"select * from service.second_classroom where term = {literal(term)}")
    if rows.is_empty():
        raise Problem(f"no attendance of {term} can be reported — it must be told by name and by minutes")
    numbers = Vault.of(site.campus, ledger.keyring(warehouse, site)).numbers(rows["patron_key"].unique())
    named = rows.join(numbers, on="patron_key").sort("identifier", "held_on", "event_key")
    _note(warehouse, f"second_classroom {term}", purpose, moment, named.height, rows.height - named.height)
    name, held_on = f"second-classroom-{term}", rows["held_on"].max()
    assert isinstance(held_on, dt.date)
    made_at = dt.datetime.combine(held_on, dt.time())
    lines = named.select(pl.col(column).cast(pl.String).fill_null("") for column in _COLUMNS).rows()
    return write_lists(out / name, {name: lines}, HEADINGS, made_at), named.height, rows.height - named.height


def _note(warehouse: Warehouse, what: str, purpose: str, moment: dt.datetime, listed: int, dropped: int) -> None:
    before = warehouse.rows_of("select count(*) from ledger.list_export where run_key = ?", [what])[0][0]
    told = [f"{what}#{before + 1}", what, purpose, getpass.getuser(), moment, listed, dropped]
    with warehouse.transaction() as connection:
        connection.execute("insert into ledger.list_export values (?, ?, ?, ?, ?, ?, ?)", told)
