"""Fixtures that many tests share: models, tables drawn as they are read, and a child that reads files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import settings

from pipelines.modelling.model_files import read_models
from pipelines.models import Model
from pipelines.paths import SQL
from pipelines.receiving.reader import Read, Reader
from tests.drawn import drawn

Build = Callable[..., pl.DataFrame]

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """An archive bears the time at which it was made, and a test must be called alike by all workers."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    return read_models(SQL)


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    """What reads one file after another, in a child that takes a second to start."""
    with Reader() as reader:
        yield reader.read


@pytest.fixture
def build(models: dict[str, Model]) -> Build:
    """Build one model from tables given as text; every other table it reads is empty.

    One that it does not read itself is read by tables that are then built on the way.
    """

    def build(table: str, **given: str) -> pl.DataFrame:
        texts = {name.replace("__", "."): text for name, text in given.items()}
        beyond = set(texts) - models[table].reads

        def on_the_way(to: str) -> set[str]:
            ways = {s: on_the_way(s) for s in models[to].reads - set(texts)}
            return {s for s, way in ways.items() if way or models[s].reads & beyond}.union(*ways.values())

        built = on_the_way(table)
        between = [s for s in models if s in built]
        with duckdb.connect(":memory:") as connection:
            for source in sorted(models[table].reads.union(*(models[s].reads for s in between)) - set(between)):
                stand_up(connection, models[source], texts.pop(source, ""))
            assert not texts, f"{table} does not read {', '.join(texts)}"
            for source in between:
                connection.execute(f"create schema if not exists {models[source].layer}")
                connection.execute(f"create table {source} as {models[source].text}")
            return connection.sql(models[table].text).pl()

    return build


@pytest.fixture
def sql_folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of models given as text."""

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            path = (tmp_path / "sql" / name.replace("__", "/")).with_suffix(".sql")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "sql"

    return write


def stand_up(connection: duckdb.DuckDBPyConnection, model: Model, text: str, again: bool = False) -> None:
    """A table of a model's own types, in place of an earlier one if it is made again; columns that are not drawn are null."""
    connection.execute(f"create schema if not exists {model.layer}")
    columns = ", ".join(f"{column.name} {column.type}" for column in model.columns)
    connection.execute(f"create {'or replace ' if again else ''}table {model.table} ({columns})")
    if text:
        frame = drawn(text)
        connection.register("given", frame.to_arrow())
        connection.execute(f"insert into {model.table} by name select * from given")
        connection.unregister("given")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Charts are left empty where a test is about words: drawing them is most of a page's time."""
    if "drawn" not in request.keywords:
        empty = '<svg class="marks" width="9" height="9" viewBox="0 0 9 9"></svg>'
        monkeypatch.setattr("vl_convert.vegalite_to_svg", lambda _: empty)
