"""Where the statements of models run: in DuckDB, or on the Spark that ``MINGYUAN_ENGINE`` names.

    duckdb                    unless said otherwise; needs nothing
    sc://host:15002           a Spark Connect server; the thin client, no Java here
    spark://host:7077         a standalone cluster; Java here too
    local-cluster[2,1,768]    two workers of Spark's own on this machine
    local[2]                  one process

On Spark, what a model reads is handed over as Parquet (:mod:`pipelines.building.lake`), its statement is said in
Spark's words (:mod:`pipelines.modelling.portable`), and the result, cast to the model's own types, is read back into
the warehouse: checks, comments, lineage and everything after it are the same.  Exports come in, Python
computes and analysts ask in DuckDB on either engine.
"""

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import dagster as dg
from pydantic import PrivateAttr

from pipelines.building.lake import Lake
from pipelines.errors import Misconfigured, Problem
from pipelines.modelling.columns import Column
from pipelines.modelling.portable import to_spark, view_name
from pipelines.models import Model
from pipelines.quoting import literal
from pipelines.site import models
from pipelines.warehouse import Warehouse

VARIABLE = "MINGYUAN_ENGINE"
DUCKDB = "duckdb"
LAYERS_ON_SPARK = ("clean", "fact", "portrait")
"""Where events become portraits; what comes after is small and stays in the warehouse."""

_PREFIXES = ("sc://", "spark://", "local-cluster[", "local[")
_EXACT = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.caseSensitive": "false",
}
"""Without these Spark answers otherwise than DuckDB, and says nothing."""
_PATIENCE_SECONDS = 180
_PATIENT = {
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.network.timeout": "600s",
    "spark.executor.heartbeatInterval": "60s",
    "spark.sql.shuffle.partitions": "8",
}
_SPARK_TYPES = {
    "VARCHAR": "STRING",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "HUGEINT": "DECIMAL(38,0)",
    "UBIGINT": "DECIMAL(20,0)",
}


class Engine(dg.ConfigurableResource[Any]):
    """The engine of one run."""

    url: str = DUCKDB
    lake: str = ""
    memory_limit: str = "1GB"
    """What Spark may hold where it is one process here."""
    _session: Any = PrivateAttr(None)
    _handed_over: set[str] = PrivateAttr(default_factory=set)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        with self.opened():
            yield self

    @contextmanager
    def opened(self) -> Iterator[Self]:
        """Hold the session for as long as the block runs, if there is one."""
        self._session, self._handed_over = None, set()
        try:
            yield self
        finally:
            if self._session is not None:
                self._session.stop()

    def makes(self, model: Model) -> bool:
        """Whether this engine runs the model, rather than the warehouse itself."""
        return self.url != DUCKDB and model.is_select and model.layer in LAYERS_ON_SPARK

    def name_for(self, model: Model) -> str:
        return self.url if self.makes(model) else DUCKDB

    def rows_of(self, warehouse: Warehouse, model: Model) -> str:
        """A select over the finished rows of a model that this engine makes.

        Raises:
            Problem: Spark cannot be reached or refuses the statement; told without its words beyond the first line.

        """
        lake = Lake(Path(self.lake))
        with _told_in_one_line(self.url, model.table):
            if self._session is None:
                self._session = session(self.url, self.memory_limit)
            for table in sorted(model.reads - self._handed_over):
                self._hand_over(warehouse, models()[table], lake)
            version = lake.new_version(model.table)
            self._session.sql(_cast_to_contract(model)).write.parquet(str(version))
            lake.put_in_force(model.table, version)
            self._show(model, lake)
        return f"select * from read_parquet({literal(f'{version}/*.parquet')})"

    def _hand_over(self, warehouse: Warehouse, model: Model, lake: Lake) -> None:
        """Put a table that the warehouse made where Spark can read it."""
        version = lake.new_version(model.table)
        version.mkdir()
        columns = ", ".join(_for_parquet(column) for column in model.columns)
        warehouse.connection.execute(
            f"copy (select {columns} from {model.table}) to {literal(f'{version}/part.parquet')} (format parquet, compression zstd)"
        )
        lake.put_in_force(model.table, version)
        self._show(model, lake)

    def _show(self, model: Model, lake: Lake) -> None:
        self._session.read.parquet(str(lake.current(model.table))).createOrReplaceTempView(view_name(model.table))
        self._handed_over.add(model.table)


def engine_url() -> str:
    """The engine in force.

    Raises:
        Misconfigured: the environment names something that is no engine.

    """
    url = os.environ.get(VARIABLE, DUCKDB)
    if url != DUCKDB and not url.startswith(_PREFIXES):
        raise Misconfigured(
            f"{VARIABLE}={url}: no such engine — duckdb, sc://host:15002, spark://host:7077, local-cluster[2,1,768] or local[2]"
        )
    return url


def session(url: str, memory_limit: str) -> Any:
    """A Spark session that answers as DuckDB does."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        extra = "spark" if url.startswith("sc://") else "cluster"
        raise Misconfigured(
            f"{VARIABLE}={url}: Spark's client is not installed — `make {extra}` installs it"
        ) from error
    logging.getLogger("pyspark").setLevel(logging.CRITICAL)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.appName("mingyuan")
    if url.startswith("sc://"):
        opened = builder.remote(url).getOrCreate()
    else:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings: dict[str, Any] = _EXACT | _PATIENT | memory(url, memory_limit)
        opened = builder.master(url).config(map=settings).getOrCreate()
        if url.startswith("spark://"):
            _wait_for_executors(url, opened.sparkContext)
    for name, value in _EXACT.items():
        opened.conf.set(name, value)
    return opened


def _wait_for_executors(url: str, context: Any) -> None:
    """A full cluster lets a run wait for ever, which nobody at home would hear of.

    Raises:
        Problem: no worker took the work.

    """
    patience = time.monotonic() + _PATIENCE_SECONDS
    while len(context._jsc.sc().statusTracker().getExecutorInfos()) < 2:  # the first is this process itself
        if time.monotonic() > patience:
            context.stop()
            raise Problem(
                f"{url}: no worker of the cluster has a core and 1 GB to give — end what runs there, or ask its Connect server (sc://…)"
            )
        time.sleep(0.5)


def memory(url: str, memory_limit: str) -> dict[str, str]:
    """Of each worker what a cluster on this machine was given; of one process as much as of the warehouse; else Spark's own measure."""
    if url.startswith("local["):
        return {"spark.driver.memory": memory_limit.replace(" ", "").removesuffix("B").lower()}
    found = re.fullmatch(r"local-cluster\[\d+, *\d+, *(\d+)\]", url)
    return {"spark.executor.memory": f"{found[1]}m" if found else "1g"}


def _cast_to_contract(model: Model) -> str:
    columns = ", ".join(f"CAST(made.{c.name} AS {_SPARK_TYPES.get(c.type, c.type)}) AS {c.name}" for c in model.columns)
    return f"SELECT {columns} FROM ({to_spark(model)}) AS made"


def _for_parquet(column: Column) -> str:
    """DuckDB writes its widest integers into Parquet as doubles; decimals keep every digit."""
    wide = {"HUGEINT": "decimal(38, 0)", "UBIGINT": "decimal(20, 0)"}.get(column.type)
    return f"cast({column.name} as {wide}) as {column.name}" if wide else column.name


@contextmanager
def _told_in_one_line(url: str, table: str) -> Iterator[None]:
    """Spark's errors bring whole stack traces, and values in them; its name for what went wrong is enough."""
    try:
        yield
    except Problem:
        raise
    except _spark_errors() as error:
        condition = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        raise Problem(
            f"{table}: Spark at {url} did not make it ({condition}) — is the server there? `make cluster` starts one; the table keeps its previous rows"
        ) from None


def _spark_errors() -> tuple[type[BaseException], ...]:
    """What Spark's client raises, where there is one."""
    try:
        from pyspark.errors import PySparkException
    except ImportError:
        return ()
    found: list[type[BaseException]] = [PySparkException]
    for module, name in (("grpc", "RpcError"), ("py4j.protocol", "Py4JError")):
        if find_spec(module.partition(".")[0]):
            found.append(getattr(import_module(module), name))
    return tuple(found)
