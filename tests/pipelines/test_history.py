"""Dagster's history of a site: found from anywhere, kept open while a command lasts, and open to others meanwhile."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from pipelines import history as history_module
from pipelines.history import history
from pipelines.paths import ROOT
from tests.assets.small_site import small_site

NOTHING = dg.GraphDefinition("empty").to_job()


def opened(instance: dg.DagsterInstance) -> tuple[object, Any]:
    """The engine and the connection by which one event of a run would be written."""
    with instance.event_log_storage.run_connection("run") as connection:
        return connection.engine, connection.connection.dbapi_connection


def test_the_project_s_own_history_is_found_from_anywhere(tmp_path, monkeypatch) -> None:
    for name in ("project", "cwd"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "dagster.yaml", tmp_path / "project")
    site = small_site(tmp_path / "project")
    monkeypatch.setattr(history_module, "ROOT", tmp_path / "project")
    monkeypatch.chdir(tmp_path / "cwd")
    with history(site) as instance:
        instance.create_run_for_job(NOTHING)
        assert not instance.telemetry_enabled
    assert Path.cwd() == tmp_path / "cwd"
    assert not any((tmp_path / "cwd").iterdir())
    assert (tmp_path / "project" / "data" / "dagster" / "history" / "runs.db").exists()


def test_each_file_has_one_engine_and_one_connection_until_the_history_is_closed(tmp_path) -> None:
    with history(small_site(tmp_path)) as instance:
        first, *others = [opened(instance) for _ in range(3)]
        assert all(other == first for other in others)
        first[1].execute("select 1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first[1].execute("select 1")
    (tmp_path / "without").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "without")) as instance:  # the negative control
        first, *others = [opened(instance) for _ in range(3)]
        assert not any(other[0] is first[0] for other in others)


def answers(instance: dg.DagsterInstance) -> list[bool]:
    """What a history says it consists of: a table, a column and an index that are there, and three that are not."""
    events = instance.event_log_storage
    there = ("asset_check_executions", "cached_status_data", "asset_key_index_columns")
    asked = (events.has_table, events.has_asset_key_col, events.has_secondary_index)
    return [ask(name) for names in (there, ("none",) * 3) for ask, name in zip(asked, names, strict=True)]


def statements_of_a_second_answer(instance: dg.DagsterInstance) -> list[str]:
    assert answers(instance) == [True] * 3 + [False] * 3
    statements: list[str] = []

    def note(*about: Any) -> None:
        statements.append(about[2])

    listen(Engine, "before_cursor_execute", note)
    assert answers(instance) == [True] * 3 + [False] * 3
    remove(Engine, "before_cursor_execute", note)
    return statements


def test_what_the_history_consists_of_is_asked_once(tmp_path) -> None:
    with history(small_site(tmp_path)) as instance:
        assert statements_of_a_second_answer(instance) == []
    (tmp_path / "without").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "without")) as instance:  # the negative control
        assert len(statements_of_a_second_answer(instance)) >= 6


def test_another_process_reads_and_writes_the_history_while_it_is_open(tmp_path) -> None:
    site = small_site(tmp_path)
    with history(site) as instance:
        run = instance.create_run_for_job(NOTHING)
        with sqlite3.connect(site.campus.dagster / "history" / "runs.db", timeout=0) as other:
            assert other.execute("select run_id from runs").fetchall() == [(run.run_id,)]
            other.execute("update runs set status = 'CANCELED'")
        other.close()
        found = instance.get_run_by_id(run.run_id)
        assert found
        with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]  # the SQL storages have it
            assert connection.exec_driver_sql("select status from runs").scalar() == "CANCELED"
