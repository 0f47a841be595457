"""After a whole run, nobody's name or number lies anywhere but in the sealed vault."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.line.sites import Whole, whole_campus

STUDENTS, STAFF, BORROWERS_CUT_SHORT = 20, 5, 2
PERSONAL = ("XM", "SFZJH", "SJH", "DZYX", "XH", "GH")
"""Of the hub's exports: name, identity number, telephone, e-mail, student's number, employee's number."""
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
Found = set[tuple[str, str]]
"""Where, and which token."""


@dataclass(frozen=True)
class Planted:
    """Everything by which some people of the campus could be known."""

    persons: int
    tokens: frozenset[str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


@pytest.fixture(scope="module")
def planted(whole: Whole) -> Planted:
    """People of every kind, those among them of whom a record was rejected."""
    cut_short = [row["读者条码"] for row in _loans(whole) if row["续借次数"] is None]
    assert len(cut_short) >= BORROWERS_CUT_SHORT
    students, staff = _people(whole, "students"), _people(whole, "staff")
    chosen = {number: students[number] for number in cut_short if number in students}
    chosen |= dict(list(students.items())[:STUDENTS]) | dict(list(staff.items())[:STAFF])
    cards = {row["卡号"] for row in _cards(whole) if row["学工号"].strip() in chosen}
    assert len(cards) >= len(chosen)
    return Planted(len(chosen), frozenset({*cards, *(token for person in chosen.values() for token in person)}))


def test_nobody_is_named_anywhere_but_in_the_vault(whole: Whole, planted: Planted) -> None:
    data = whole.line.campus.data
    assert planted.persons >= 20
    assert len(planted.tokens) > 5 * 20
    assert found_in(_files(data, but=data / "vault"), planted.tokens) == set()


def test_nobody_is_named_in_a_database(whole: Whole, planted: Planted) -> None:
    databases = [path for path in _files(whole.line.campus.data) if path.suffix == ".duckdb" and not path.is_symlink()]
    logs = [path for path in _files(whole.line.campus.dagster) if path.suffix == ".db"]
    assert len(databases) >= 2
    assert len(logs) >= 2
    found = {hit for path in databases for hit in found_in_duckdb(path, planted.tokens)}
    assert found | {hit for path in logs for hit in found_in_sqlite(path, planted.tokens)} == set()


def test_the_vault_gives_nobody_away_either(whole: Whole, planted: Planted) -> None:
    assert len(_files(whole.line.campus.vault)) > len(whole.files())
    assert found_in(_files(whole.line.campus.vault), planted.tokens) == set()


def test_no_key_lies_outside_the_secrets(whole: Whole) -> None:
    campus = whole.line.campus
    keys = json.loads(campus.key_file.read_text(encoding="utf-8"))
    hexes = [keys["hmac"], keys["vault"]]
    needles = [form for key in hexes for form in (key.encode(), key.upper().encode(), bytes.fromhex(key))]
    files = [*_files(campus.data, but=campus.key_file.parent), whole.line.folder / "campus.yml"]
    assert [path.name for path in files if any(needle in path.read_bytes() for needle in needles)] == []
    assert all(key.encode() in campus.key_file.read_bytes() for key in hexes)


def test_the_scanner_finds_everybody_in_the_exports(whole: Whole, planted: Planted, tmp_path: Path) -> None:
    """The control: what it looks for is what came, in each encoding in which it came."""
    shutil.copytree(whole.exports, tmp_path / "exports")
    found = found_in(_files(tmp_path / "exports"), planted.tokens)
    assert {token for _, token in found} == planted.tokens


def test_the_scanner_finds_what_a_database_has_compressed(planted: Planted, tmp_path: Path) -> None:
    """The control: bytes alone would not show it."""
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table person as select unnest(?) || '-' || i as token from range(500) t(i)",
            [sorted(planted.tokens)],
        )
        connection.execute("create table one as select [{'a': token}] as nested from person limit 1")
        connection.execute("force checkpoint")
    assert {token for _, token in found_in_duckdb(path, planted.tokens)} == planted.tokens
    assert {where for where, _ in found_in_duckdb(path, planted.tokens)} == {"main.person", "main.one"}
    assert {token for _, token in found_in([path], planted.tokens)} < planted.tokens


def test_the_scanner_finds_what_a_log_has_escaped(planted: Planted, tmp_path: Path) -> None:
    """The control: an event log holds JSON, in which a Chinese name is no Chinese name."""
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table event (body text)")
        connection.execute("insert into event values (?)", [json.dumps(sorted(planted.tokens))])
        connection.commit()
    assert {token for _, token in found_in_sqlite(path, planted.tokens)} == planted.tokens


def found_in(files: Iterable[Path], tokens: Iterable[str]) -> Found:
    """Tokens among the bytes of files, and in their names."""
    forms = {form: token for token in tokens for form in _forms(token)}
    found: Found = set()
    for path in files:
        content = pl.Series([(path.read_bytes() + str(path).encode()).decode("latin-1")])
        hits = content.str.extract_many(list(forms), overlapping=True).explode().drop_nulls()
        found |= {(path.name, forms[form]) for form in hits}
    return found


def found_in_duckdb(path: Path, tokens: Iterable[str]) -> Found:
    """Tokens in the cells of every table, whatever their type, and in the comments."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        tables = [name for (name,) in connection.execute(names).fetchall()]
        found: Found = set()
        for table in [*tables, "duckdb_columns()", "duckdb_tables()"]:
            columns = [name for name, *_ in connection.execute(f"describe select * from {table}").fetchall()]
            text = " || ' ' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in columns)
            told = "\n".join(line for (line,) in connection.execute(f"select distinct {text} from {table}").fetchall())
            found |= {(table, token) for token in tokens if token in told}
    return found


def found_in_sqlite(path: Path, tokens: Iterable[str]) -> Found:
    """Tokens in the cells of every table, also as JSON writes them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        told = "\n".join(
            str(cell) for table in tables for row in connection.execute(f'select * from "{table}"') for cell in row
        )
    return {(path.name, token) for token in tokens if token in told or json.dumps(token).strip('"') in told}


def _forms(token: str) -> Iterator[str]:
    """How a token may be written, each byte as one letter."""
    for encoding in ENCODINGS:
        yield token.encode(encoding).decode("latin-1")
    yield json.dumps(token).strip('"')


def _files(folder: Path, but: Path | None = None) -> list[Path]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in found if but is None or not path.is_relative_to(but)]


def _people(whole: Whole, kind: str) -> dict[str, list[str]]:
    """By number: everything personal that the hub says of somebody."""
    found: dict[str, list[str]] = {}
    for path in sorted(whole.exports.glob(f"hub/{kind}_*.csv")):
        with path.open(encoding="gb18030", newline="") as file:
            for row in csv.DictReader(file):
                personal = [row[name].strip() for name in PERSONAL if row.get(name, "").strip()]
                found[row["XH" if kind == "students" else "GH"].strip()] = personal
    return found


def _cards(whole: Whole) -> list[dict[str, str]]:
    return _rows(whole, "hub/cards_*.csv")


def _loans(whole: Whole) -> list[dict[str, str]]:
    return _rows(whole, "circulation/loans_*.csv")


def _rows(whole: Whole, pattern: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted(whole.exports.glob(pattern)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    return rows
