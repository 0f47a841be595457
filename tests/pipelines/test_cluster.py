"""The cluster on this machine serves two at once: its own Connect server, and whoever brings a session of their own."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import engine
from pipelines.cluster import _SERVER, CORES, MEMORY_MB, WORKERS
from pipelines.engine import _wait_for_executors, memory
from pipelines.errors import Problem

URL = "spark://127.0.0.1:7077"


def megabytes(written: str) -> int:
    return int(written[:-1]) * {"m": 1, "g": 1024}[written[-1]]


def test_the_connect_server_leaves_a_core_of_each_worker_and_memory_for_another() -> None:
    assert int(_SERVER["spark.cores.max"]) + WORKERS <= WORKERS * CORES
    own = megabytes(memory(URL, "4GB")["spark.executor.memory"])
    assert megabytes(_SERVER["spark.executor.memory"]) + own <= MEMORY_MB


def context(executors: int, stopped: list[bool]) -> Any:
    tracker = SimpleNamespace(getExecutorInfos=lambda: range(executors))
    scala = SimpleNamespace(statusTracker=lambda: tracker)
    return SimpleNamespace(_jsc=SimpleNamespace(sc=lambda: scala), stop=lambda: stopped.append(True))


def test_a_full_cluster_is_told_of_instead_of_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PATIENCE_SECONDS", 0)
    stopped: list[bool] = []
    with pytest.raises(Problem, match=r"spark://127.0.0.1:7077: no worker of the cluster has a core and 1 GB to give"):
        _wait_for_executors(URL, context(1, stopped))
    assert stopped == [True]
    _wait_for_executors(URL, context(2, stopped))
    assert stopped == [True]
