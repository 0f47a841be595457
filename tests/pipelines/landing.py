"""A small campus with a landing folder, for tests of the way in."""

import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import xlsxwriter
import yaml

from pipelines import paths
from pipelines.campus import Campus, read_campus, sources
from pipelines.errors import Refused
from pipelines.keeping.keyring import Keyring
from pipelines.receiving.contracts import Contract, ContractColumn
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received, receive

NAMES = {"name": {"zh": "测试", "en": "Test"}}


@cache
def contracts() -> dict[str, Contract]:
    """The feeds of the project, read from their files by way of the database."""
    return {path.stem: _contract(path) for path in sorted((paths.SQL / "raw").glob("*.sql"))}


def _contract(path: Path) -> Contract:
    text = path.read_text(encoding="utf-8")
    pseudonyms = set(re.findall(r"^ +(\w+) .*#pseudonym", text, re.MULTILINE))
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(text)
        described = connection.execute(f"describe raw.{path.stem}").fetchall()
    columns = tuple(ContractColumn(name, kind, null == "NO", name in pseudonyms) for name, kind, null, *_ in described)
    return Contract(path.stem, columns)


@dataclass(frozen=True)
class Site:
    """A campus in a folder of its own, with one source."""

    folder: Path
    source: Source
    campus: Campus
    contract: Contract
    keyring: Keyring

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.campus.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def receive(self, name: str, content: str | bytes | None = None, read: Read | None = None) -> Received:
        path = self.campus.landing / name if content is None else self.put(name, content)
        return receive(path, self.source, self.contract, self.campus, self.keyring, read)


def site(folder: Path, name: str, lines: dict[str, Any] | None = None, **campus: Any) -> Site:
    """A site whose one source is a preset, with these lines over it."""
    text = yaml.safe_dump({**NAMES, **campus, "sources": {name: lines or {}}}, allow_unicode=True, sort_keys=False)
    (folder / "campus.yml").write_text(text, encoding="utf-8")
    read = read_campus(folder / "campus.yml")
    read.landing.mkdir(parents=True, exist_ok=True)
    feeds = contracts()
    source = sources(read, feeds)[0]
    keyring = Keyring.load_or_create(read.key_file, None, may_create=True)
    return Site(folder, source, read, feeds[source.feed], keyring)


def rows(received: Received) -> list[dict[str, Any]]:
    return pl.read_parquet(received.rows_file).to_dicts()


def rejects(received: Received) -> list[tuple[int, str, str]]:
    """Record, field and reason of each reject."""
    return list(pl.read_parquet(received.rejects_file).iter_rows())


def leftovers(campus: Campus) -> list[str]:
    """What still lies in the spool."""
    return sorted(path.name for path in campus.spool.rglob("*")) if campus.spool.exists() else []


LOANS: dict[str, Any] = {
    "feed": "loan",
    "files": "*.csv",
    "columns": {
        "loan_key": "no",
        "patron_key": "reader",
        "item_key": "item",
        "title": "title",
        "loaned_at": "out",
        "returned_at": {"from": "back", "partial": ["%Y-%m", "%Y"], "not_before": "1919-01-01"},
        "renewals": "renewals",
    },
}
HEAD = "no,reader,item,title,out,back,renewals\n"


def loans(tmp_path: Path, **lines: Any) -> Site:
    return site(tmp_path, "loans", {**LOANS, **lines})


def column(received: Any, name: str) -> list[Any]:
    return [row[name] for row in rows(received)]


def attempt(campus: Site, content: bytes) -> Received | str:
    """What was received, every record accounted for, or the one line of the refusal."""
    try:
        received = campus.receive("a.csv", content)
    except Refused as refused:
        told = str(refused)
    else:
        assert received.records == received.loaded + received.duplicates + received.rejected
        return received
    assert "\n" not in told
    return told


GATE: dict[str, Any] = {
    "feed": "gate_event",
    "files": ["gate/*.csv", "gate/*.xls*"],
    "columns": {"patron_key": "card", "building": {"value": "Main"}, "direction": {"value": "in"}, "passed_at": "at"},
}
GATE_TEXT = "card,at\n0042,2025-09-08 08:00:00\n0043,never\n0044,2025-09-08 08:01:00\n"


def gate(tmp_path: Path, campus: dict[str, Any] | None = None, **lines: Any) -> Site:
    return site(tmp_path, "gate", {**GATE, **lines}, **(campus or {}))


def refusal(
    campus: Site, name: str = "gate/a.csv", content: str | bytes | None = GATE_TEXT, read: Read | None = None
) -> str:
    with pytest.raises(Refused) as caught:
        campus.receive(name, content, read)
    message = str(caught.value)
    assert "\n" not in message
    assert " — " in message
    assert not [name for name in leftovers(campus.campus) if not name.endswith(".parquet")]
    return message


def workbook(cells: list[list[Any]], **others: list[list[Any]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for name, rows in {None: cells, **others}.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()
