"""What analysts are given: whole, described, safe, and never changed under their hands."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import Problem
from pipelines.keeping import generations
from pipelines.publish import Example, Published, PublishedTable, open_current, publish

COLLEGE = PublishedTable(
    "report.college",
    "One row for each college.",
    (("college", "学院 | college"), ("persons", "人数 | persons"), ("loans_mean", "人均借阅 | loans, it's a mean")),
    is_aggregate=True,
)
READER = PublishedTable(
    "portrait.individual", "One row for each reader.", (("patron_key", "读者假名 | patron"), ("loans", "借阅 | loans"))
)
BUSIEST = Example(
    "busiest", "Which college borrows most?", "select college from report.college order by loans_mean desc"
)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema report; create schema portrait")
        connection.execute("create table report.college (college varchar, persons bigint, loans_mean decimal(9, 2))")
        connection.execute(
            "insert into report.college values ('History', 40, 3.25), ('Astronomy', 4, 17), ('Empty', 0, null)"
        )
        connection.execute(
            "create table portrait.individual as select 'k' || i as patron_key, i as loans, 'Li' as name from range(50) t(i)"
        )
        yield connection


RELEASED = {
    "report.college": pl.DataFrame(
        [("History", 40, 3.2, False), ("Astronomy", None, None, True), ("Empty", None, None, True)],
        {"college": pl.String, "persons": pl.Int64, "loans_mean": pl.Decimal(9, 2), "withheld": pl.Boolean},
        orient="row",
    )
}
"""What the disclosure gate let out of the table below."""


def published(connection: duckdb.DuckDBPyConnection, folder: Path, **settings: object) -> Published:
    return publish(connection, [COLLEGE, READER], folder, RELEASED, examples=[BUSIEST], **settings)  # type: ignore[arg-type]  # each test passes what it is about


def test_an_analyst_finds_the_rows_the_words_and_the_examples(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    done = published(warehouse, tmp_path, meta={"library": "明远"})
    with open_current(tmp_path) as mart:
        assert mart.execute("select count(*), sum(loans) from portrait.individual").fetchall() == [(50, 1225)]
        comments = dict(
            mart.execute("select column_name, comment from duckdb_columns() where table_name = 'college'").fetchall()
        )
        assert comments["loans_mean"] == "人均借阅 | loans, it's a mean"
        assert mart.execute("select comment from duckdb_tables() where table_name = 'individual'").fetchall() == [
            (READER.comment,)
        ]
        assert mart.execute("select * from meta.about").fetchall() == [("library", "明远")]
        (name, _, sql) = mart.execute("select * from meta.example_query").fetchall()[0]
        assert (name, mart.execute(sql).fetchall()[0]) == ("busiest", ("History",))
        manifest = mart.execute("select table_name, rows from meta.manifest order by 1").fetchall()
        assert manifest == [("meta.example_query", 1), ("portrait.individual", 50), ("report.college", 3)]
    assert (done.generation, done.is_new, done.path.name) == (1, True, "mart-000001.duckdb")


def test_everything_published_is_described(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    with open_current(tmp_path) as mart:
        bare = "select table_name from duckdb_tables() where comment is null union all select column_name from duckdb_columns() where not internal and comment is null"
        assert mart.execute(bare).fetchall() == []


def test_a_column_that_is_not_listed_does_not_leave(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = published(warehouse, tmp_path).path
    assert b"Li" not in path.read_bytes().replace(b"Library", b"")
    with open_current(tmp_path) as mart, pytest.raises(duckdb.BinderException):
        mart.execute("select name from portrait.individual")


def test_rows_about_too_few_people_keep_only_their_name(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    with open_current(tmp_path) as mart:
        rows = mart.execute(
            "select college, persons, loans_mean::double, withheld from report.college order by 1"
        ).fetchall()
    assert rows == [("Astronomy", None, None, True), ("Empty", None, None, True), ("History", 40, 3.2, False)]


def test_without_the_gate_the_small_college_would_be_seen(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The control: the same table, declared as if it were not about groups."""
    publish(warehouse, [PublishedTable(COLLEGE.name, COLLEGE.comment, COLLEGE.columns)], tmp_path, {})
    with open_current(tmp_path) as mart:
        assert ("Astronomy", 4, 17) in mart.execute("select * from report.college").fetchall()


def test_the_types_of_the_warehouse_survive_the_gate(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    with open_current(tmp_path) as mart:
        types = [kind for _, kind, *_ in mart.execute("describe report.college").fetchall()]
    assert types == ["VARCHAR", "BIGINT", "DECIMAL(9,2)", "BOOLEAN"]


def test_nothing_new_is_not_published_again(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = published(warehouse, tmp_path, meta={"run": "1"})
    warehouse.execute("create or replace table portrait.individual as from portrait.individual order by loans desc")
    again = published(warehouse, tmp_path, meta={"run": "2"})
    assert (again.is_new, again.path, again.hashes) == (False, first.path, first.hashes)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["current", "mart-000001.duckdb"]


@pytest.mark.parametrize(
    "change",
    [
        "update portrait.individual set loans = 99 where patron_key = 'k1'",
        "insert into portrait.individual select * from portrait.individual",
        "alter table portrait.individual alter loans type double",
    ],
)
def test_a_change_makes_a_generation(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, change: str) -> None:
    published(warehouse, tmp_path)
    warehouse.execute(change)
    assert published(warehouse, tmp_path).generation == 2


def test_new_words_make_a_generation(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    publish(warehouse, [READER], tmp_path, {})
    reworded = PublishedTable(READER.name, "One row for each patron.", READER.columns)
    assert publish(warehouse, [reworded], tmp_path, {}).is_new


def test_three_generations_are_kept_and_an_open_one_stays_as_it_was(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    published(warehouse, tmp_path)
    with open_current(tmp_path) as early:
        for _ in range(4):
            warehouse.execute(
                "delete from portrait.individual where loans = (select max(loans) from portrait.individual)"
            )
            published(warehouse, tmp_path)
        assert early.execute("select count(*) from portrait.individual").fetchall() == [(50,)]
    assert [path.name for path in sorted(tmp_path.glob("mart-*"))] == [f"mart-00000{n}.duckdb" for n in (3, 4, 5)]
    assert (tmp_path / "current").readlink() == Path("mart-000005.duckdb")


def test_older_clients_can_open_it_and_nobody_can_write_it(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = published(warehouse, tmp_path).path
    with open_current(tmp_path) as mart:
        tags = mart.execute("select tags from duckdb_databases() where not internal").fetchall()
        assert tags[0][0]["storage_version"].startswith("v1.2.0")
        with pytest.raises(duckdb.InvalidInputException):
            mart.execute("delete from portrait.individual")
    assert path.stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize(
    "way_out",
    [
        "copy report.college to '{0}'",
        "select * from read_csv('{0}')",
        "attach '{0}'",
        "set enable_external_access = true",
    ],
)
def test_an_analyst_reaches_nothing_beside_it(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, way_out: str
) -> None:
    published(warehouse, tmp_path / "mart")
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\n", encoding="utf-8")
    with (
        open_current(tmp_path / "mart") as mart,
        pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)),
    ):
        mart.execute(way_out.format(outside))


def test_before_anything_is_published_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="nothing is published yet"):
        open_current(tmp_path)


def test_a_failed_audit_leaves_readers_what_they_had(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    warehouse.execute("update portrait.individual set loans = 0")
    with pytest.raises(Problem, match=r"portrait\.individual: loans may not be published"):
        published(warehouse, tmp_path, forbidden_columns=["loans"])
    with pytest.raises(Problem, match="‘broken’ fails"):
        publish(warehouse, [READER], tmp_path, {}, examples=[Example("broken", "?", "select nothing from nowhere")])
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["current", "mart-000001.duckdb"]
    with open_current(tmp_path) as mart:
        assert mart.execute("select max(loans) from portrait.individual").fetchall() == [(49,)]


def test_a_file_that_lost_a_row_on_its_way_is_not_published(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_a_row(path: Path) -> None:
        if path.is_file():
            with duckdb.connect(str(path)) as connection:
                connection.execute("delete from portrait.individual where patron_key = 'k7'")

    monkeypatch.setattr(generations, "sync", lose_a_row)
    with pytest.raises(Problem, match=r"portrait\.individual: not read back"):
        published(warehouse, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_names_and_words_are_quoted(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute('create schema report; create table report."order" as select 1 as "group"')
        table = PublishedTable("report.order", "It's; drop table x --", (("group", "组'; -- | group"),))
        publish(connection, [table], tmp_path / "it's here", {})
    with open_current(tmp_path / "it's here") as mart:
        assert mart.execute('select "group" from report."order"').fetchall() == [(1,)]


def test_the_published_rows_about_groups_are_those_that_were_released(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    published(warehouse, tmp_path)
    with open_current(tmp_path) as mart:
        seen = mart.sql("select * from report.college").pl()
    assert seen.sort("college").equals(RELEASED["report.college"].sort("college"))


def test_a_table_about_groups_that_was_not_released_is_not_published(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(KeyError, match=r"report\.college"):
        publish(warehouse, [COLLEGE], tmp_path, {})
    assert list(tmp_path.iterdir()) == []
    assert published(warehouse, tmp_path).generation == 1  # on the same connection, on which nothing was left open
