"""A warehouse that was lost, with a backup of it or without, knows afterwards what it knew before."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Problem
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from pipelines.receiving import restore
from tests.line.gates import FIRST, SECOND, forget_site_files, gate, passages, take
from tests.line.sites import Line, changed, mingyuan

CAME = "select name, sha256, status, received_at from ledger.file order by all"


@pytest.fixture
def line(tmp_path: Path, read_here: None, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A gate whose first month has come; a copy of its warehouse is kept."""
    monkeypatch.setattr(restore, "expectations_of", lambda model: [])
    line = gate(tmp_path / "site")
    assert take(line, {FIRST: passages("09", "进门1", "出门1")}) == []
    shutil.copy(line.campus.warehouse, tmp_path / "backup")
    return line


def since_then(line: Line) -> None:
    """The first month comes corrected, and again, and the second month with it."""
    assert take(line, {FIRST: passages("09", "进门1", "出门1", "进门2")}) == []
    assert take(line, {FIRST: passages("09", "进门1"), SECOND: passages("10", "进门1", "小门")}) == []


def restored(line: Line) -> restore.Restored:
    return restore.restore(line.site, lambda what, share: None)


def vault(line: Line) -> Vault:
    return Vault.of(line.campus, Keyring.load_or_create(line.campus.key_file, None, may_create=False))


@pytest.mark.parametrize(("has_backup", "files"), [(True, 3), (False, 4)])
def test_what_came_since_the_backup_is_taken_in_again_as_it_came(
    line: Line, tmp_path: Path, has_backup: bool, files: int
) -> None:
    since_then(line)
    before, came = line.hashes(), line.rows_of(CAME)
    assert [(name, status) for name, _, status, _ in came] == [
        *(
            (FIRST, status)
            for _, status in sorted((digest, status) for name, digest, status, _ in came if name == FIRST)
        ),
        (SECOND, "loaded"),
    ]
    line.campus.warehouse.unlink()
    if has_backup:
        shutil.copy(tmp_path / "backup", line.campus.warehouse)
        assert "raw.gate_event" in changed(before, line.hashes())
    assert line.take_in("gate_event", is_judged=False).files == 0  # nothing waits in the landing folder any more
    assert restored(line) == restore.Restored(files)
    assert changed(before, line.hashes()) == []
    assert line.rows_of(CAME) == came
    assert restored(line) == restore.Restored(0)
    assert not list(line.campus.spool.iterdir())


def test_an_export_that_cannot_come_again_is_told_and_the_others_come(line: Line, tmp_path: Path) -> None:
    since_then(line)
    ((digest,),) = line.rows_of(f"select sha256 from ledger.file where name = '{SECOND}'")
    empty = tmp_path / "empty"
    empty.touch()
    vault(line).seal_original(empty, digest)
    line.campus.warehouse.unlink()
    done = restored(line)
    assert (done.files, len(done.kept_out)) == (3, 1)
    assert done.kept_out[0].startswith(f"{SECOND}: its original was destroyed")
    assert [name for (name,) in line.rows_of("select distinct name from ledger.file")] == [FIRST]


def test_a_source_that_is_gone_from_the_site_file_is_named(line: Line) -> None:
    line.campus.warehouse.unlink()
    file = line.folder / "campus.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("gate:", "another:", 1), encoding="utf-8")
    forget_site_files()
    told = f"{FIRST}: no source is called gate any more — put it back into the site file"
    assert restored(line) == restore.Restored(0, [told])


def test_nothing_that_is_known_comes_again(line: Line) -> None:
    since_then(line)
    before = line.hashes()
    done = mingyuan(line, "restore")
    assert (done.returncode, done.stdout) == (0, "nothing is missing: the ledger knows every export that is sealed\n")
    assert line.hashes() == before


def test_a_receipt_cannot_be_read_without_the_key(line: Line) -> None:
    sealed = list((line.campus.vault / "receipts").iterdir())
    assert len(sealed) == 1
    assert FIRST.encode() not in sealed[0].read_bytes()
    assert [receipt.name for receipt in vault(line).receipts()] == [FIRST]


def test_a_warehouse_that_cannot_be_opened_says_what_to_do(line: Line) -> None:
    line.campus.warehouse.write_bytes(b"no database" * 1000)
    done = mingyuan(line, "run")
    assert done.returncode == 1
    (told,) = done.stderr.splitlines()
    assert told.startswith("mingyuan: mingyuan.duckdb: the warehouse cannot be opened (")
    assert told.endswith("then `mingyuan restore`")


def test_a_full_disk_is_one_line_and_what_came_in_until_then_stays(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    since_then(line)
    line.campus.warehouse.unlink()
    read, calls = restore.read_original, []

    def full(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return read(*given)

    monkeypatch.setattr(restore, "read_original", full)
    with pytest.raises(
        Problem, match=r"No space left on device — check the disk .*, then restore again: no file is lost"
    ):
        restored(line)
    assert restored(line) == restore.Restored(2)
