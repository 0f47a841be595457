"""The floor: the same work by DuckDB alone, with the same memory and threads, but no check, ledger, comment or Dagster.

    floor.py door EXPORTS FOLDER   every export of a term read into typed tables, numbers hashed, what came twice in a file once
    floor.py models FOLDER         every SQL table of the line by its own text, from what the product has loaded, and
                                   a file of those that analysts get

What is left out of the floor is what the product's door does beside: counting twice, keys that need a secret, reasons for
what is left out, the vault.  The tables that Python fills are given to the models as the product made them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from measure import step

from assets.published import LAYERS
from pipelines.publish import STORAGE_VERSION
from pipelines.site import Site, models

MAIN = "select left(sha256(卡号), 12) as patron_key, '总馆' as building, 闸机名称 as gate, case 闸机名称[1] when '进' then 'in' else 'out' end as direction, 通行时间 as passed_at from {} where 结果 = '成功'"
SCIENCE = "select left(sha256(学号), 12), '工学馆', 终端, 'in', strptime(日期 || 时间, '%Y%m%d%H%M%S') from {}"
LOANS = """select sha256(concat(读者条码, 条码号, 借出日期)) as loan_key, left(sha256(读者条码), 12) as patron_key, 条码号 as item_key, 题名 as title, 索书号 as call_number,
    馆藏地 as location, 文献类型 as item_type, 借出日期::timestamp as loaned_at, 应还日期::timestamp as due_at, 归还日期::timestamp as returned_at, 续借次数::integer as renewals from {}"""
SEATS = """select id, left(sha256(学号), 12) as patron_key, loc, created::timestamp as booked_at, strptime("date" || ' ' || "begin", '%Y-%m-%d %H:%M') as starts_at,
    strptime("date" || ' ' || "end", '%Y-%m-%d %H:%M') as ends_at, strptime("date" || ' ' || "actualBegin", '%Y-%m-%d %H:%M') as checked_in_at, stat from {}"""
READ = {"gate/main_*.csv": MAIN, "gate/science_*.tsv": SCIENCE, "circulation/*.csv": LOANS, "space/*.csv": SEATS}
STAMP = {"gate/main_*.csv": ", types = {'通行时间': 'timestamp'}"}


def door(exports: Path, folder: Path) -> None:
    with opened(folder) as connection:
        with step("door") as facts:
            facts["rows"] = sum(loaded(connection, exports, pattern, query) for pattern, query in READ.items())
            facts["rows"] += sum(small(connection, path) for path in others(exports))
            connection.execute("checkpoint")
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            connection.execute(f'drop table "{table}"')


def loaded(connection: duckdb.DuckDBPyConnection, exports: Path, pattern: str, query: str) -> int:
    """The rows of one feed's files, read into a table, those that a file holds twice once."""
    read = f"read_csv('{exports / pattern}', header = true, filename = true, all_varchar = {pattern not in STAMP}{STAMP.get(pattern, '')})"
    return made(connection, pattern, query.format(read).replace("select ", "select distinct filename, ", 1))


def small(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Those of a small file, as text; the campus hub's in its own encoding."""
    if path.parent.name == "hub" and not path.name.startswith("cards"):
        path.with_suffix(".utf8").write_text(path.read_text(encoding="gb18030"), encoding="utf-8")
        path = path.with_suffix(".utf8")
    return made(connection, path.name, f"from read_csv('{path}', header = true, all_varchar = true)")


def made(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> int:
    return connection.execute(f'create table "{table}" as {query}').fetchall()[0][0]


def others(exports: Path) -> Iterator[Path]:
    taken = {path for pattern in READ for path in exports.glob(pattern)}
    yield from sorted(path for path in exports.rglob("*.csv") if path not in taken)


def build(folder: Path) -> None:
    """Every table that is a select, in order; all others are looked at where the product has them."""
    warehouse = Site(file=str(folder / "campus.yml")).campus.warehouse
    with opened(folder) as connection:
        connection.execute(f"attach '{warehouse}' as product (read_only)")
        for model in models().values():
            connection.execute(f"create schema if not exists {model.layer}")
            if not model.is_select:
                connection.execute(f"create view {model.table} as from product.{model.table}")
                continue
            with step(model.table) as facts:
                facts["rows"] = made_of(connection, model.table, model.text)
        with step("checkpoint"):
            connection.execute("checkpoint")
        with step("published"):
            publish(connection, folder / "floor.published.duckdb")


def publish(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The tables of the layers that analysts get, copied into a file of their own."""
    connection.execute(f"attach '{path}' as published (storage_version '{STORAGE_VERSION}')")
    for model in (model for model in models().values() if model.layer in LAYERS):
        connection.execute(f"create schema if not exists published.{model.layer}")
        connection.execute(f"create table published.{model.table} as from {model.table}")
    connection.execute("detach published")


def made_of(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> int:
    return connection.execute(f"create table {table} as {query}").fetchall()[0][0]


@contextmanager
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    memory = Site(file=str(folder / "campus.yml")).campus.memory_limit
    settings = {"memory_limit": memory, "preserve_insertion_order": False, "temp_directory": str(folder / "floor")}
    with duckdb.connect(str(folder / "floor.duckdb"), config=settings) as connection:
        yield connection


if __name__ == "__main__":
    if sys.argv[1] == "door":
        door(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        build(Path(sys.argv[2]))
