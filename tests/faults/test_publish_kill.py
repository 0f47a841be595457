"""A publication that is killed at any step leaves readers a whole generation, the one before or the new one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.keeping.generations import current
from pipelines.publish import PublishedTable, open_current, publish

ROWS = 20_000
TABLE = PublishedTable("fact.version", "One row for each row.", (("version", "版本 | version"), ("row", "行 | row")))
STEPS = {"open", "os.chmod", "os.rename", "os.symlink", "os.remove"}
"""What Python announces before it happens; the calls that touch the published folder are the steps of a publication."""


def seen(folder: Path) -> int:
    """The version a reader finds, once it is sure that there is one and all of it."""
    with open_current(folder) as mart:
        rows, lowest, highest = mart.execute(
            "select count(*), min(version), max(version) from fact.version"
        ).fetchall()[0]
    assert (rows, lowest) == (ROWS, highest)
    return int(highest)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three generations, so that the next one retires the oldest."""
    for version in (1, 2, 3):
        _write_version(tmp_path / "published", version)
    return tmp_path / "published"


def test_readers_never_notice_that_publications_are_killed(folder: Path) -> None:
    assert _count_steps(folder) >= 8
    with _reader(folder) as reader:
        before = seen(folder)
        for step in range(1, 9):
            version = 100 + step
            assert _in_another_process("write", folder, version, step).returncode == -signal.SIGKILL
            after = seen(folder)
            assert after in (before, version)
            before = after
        _write_version(folder, 200)
        assert seen(folder) == 200
        (folder.parent / "stop").touch()
        report = json.loads(reader.communicate(timeout=60)[0])
    assert report["reads"] > 0
    assert (report["errors"], report["went_back"]) == ([], 0)
    assert not list(folder.glob(".tmp-*"))


def test_the_kills_land_on_both_sides_of_the_switch(folder: Path) -> None:
    """The control: if every kill came too early or too late, the test above would prove nothing."""
    steps = _count_steps(folder)
    before = seen(folder)
    _in_another_process("write", folder, 300, 1)
    assert seen(folder) == before
    _in_another_process("write", folder, 301, steps)
    assert seen(folder) == 301


def test_one_file_for_writer_and_readers_would_not_do(folder: Path) -> None:
    """The control: an analyst who has the writer's own file open stops the next run."""
    path = current(folder)
    assert path is not None
    path.chmod(0o600)
    with duckdb.connect(str(path), read_only=True):
        writing = f"import duckdb; duckdb.connect({str(path)!r})"
        ended = subprocess.run([sys.executable, "-c", writing], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "Could not set lock" in ended.stderr


def _count_steps(folder: Path) -> int:
    return int(_in_another_process("write", folder, 4, 0).stdout)


def _in_another_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(*arguments), capture_output=True, text=True, check=False, timeout=120)


def _reader(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(_command("read", folder), stdout=subprocess.PIPE, text=True)


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", __name__, *map(str, arguments)]


def _write_version(folder: Path, version: int) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema fact")
        connection.execute(
            f"create table fact.version as select {version} as version, i as row from range({ROWS}) t(i)"
        )
        publish(connection, [TABLE], folder, {})


def _write_and_die(folder: Path, version: int, fatal_step: int) -> None:
    """Publish, killed before the step of that number; 0 kills never and prints how many there are."""
    steps = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        places = [str(argument) for argument in arguments if str(folder) in str(argument)]
        is_clearing_up = event == "os.remove" and ".tmp-" in places[0] if places else False
        if event in STEPS and places and not is_clearing_up:
            steps += 1
            if steps == fatal_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    _write_version(folder, version)
    print(steps)


def _read_until_stopped(folder: Path) -> None:
    reads, went_back, last, errors = 0, 0, 0, []
    while not (folder.parent / "stop").exists():
        try:
            version = seen(folder)
        except (duckdb.Error, AssertionError, OSError) as error:
            errors.append(repr(error))
            continue
        reads, went_back, last = reads + 1, went_back + (version < last), version
        time.sleep(0.01)
    print(json.dumps({"reads": reads, "went_back": went_back, "errors": errors}))


if __name__ == "__main__":
    if sys.argv[1] == "read":
        _read_until_stopped(Path(sys.argv[2]))
    else:
        _write_and_die(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
