"""What a file is called, and what it is besides a file, leads nowhere: links, pipes, devices, odd names, closed modes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import Misconfigured, Refused
from pipelines.paths import ROOT
from pipelines.receiving.landing import waiting
from pipelines.receiving.receive import landed
from tests.hostile.door import PASSAGES, PASSED, childless, gate_line, obey_modes, take_in
from tests.pipelines.landing import gate

ODD_NAMES = [
    "export[1].csv",
    "*.csv",
    "?.csv",
    "a\nb.csv",
    "a\r\n2025-09-08 forged line of a log.csv",
    "📚🧑‍🎓.csv",
    "红楼梦 — 副本 (1).csv",
    "'; drop table raw.gate_event; --.csv",
    '"quoted".csv',
    "back\\slash.csv",
    "$(reboot).csv",
    "--help.csv",
    "%s%n{0}{{7*7}}.csv",
    "\u202evsc.csv",
    "x" * 251 + ".csv",
    "馆" * 83 + ".csv",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_a_file_of_any_name_comes_in_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    line = gate_line(tmp_path)
    line.put(f"gate/{name}", PASSAGES)
    with childless(monkeypatch):
        assert take_in(line) == (1, 2, [])
    assert line.rows_of(PASSED) == [(2,)]
    assert line.rows_of("select name from ledger.file") == [(f"gate/{name}",)]
    assert line.waiting() == []
    outside = [path.name for path in tmp_path.rglob("*") if path.name == name]
    assert outside == []


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_a_refused_file_of_any_name_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    line = gate_line(tmp_path)
    line.put(f"gate/{name}", "card,when\n0042,never\n")
    with childless(monkeypatch):
        files, rows, (told,) = take_in(line)
    assert (files, rows) == (0, 0)
    assert told.isprintable()
    assert "heading at is missing" in told


def test_control_a_name_given_to_the_database_reads_the_sibling(tmp_path: Path) -> None:
    (tmp_path / "export[1].csv").write_text("card\nasked\n", encoding="utf-8")
    (tmp_path / "export1.csv").write_text("card\nsibling\n", encoding="utf-8")
    with duckdb.connect() as connection:
        read = connection.execute("select * from read_csv(?)", [str(tmp_path / "export[1].csv")]).fetchall()
    assert read == [("sibling",)]


def test_only_plain_files_within_the_folder_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = gate_line(tmp_path)
    folder = line.put("gate/real.csv", PASSAGES).parent
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text(PASSAGES, encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    (folder / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (folder / "round.csv").symlink_to(folder / "round.csv")
    (folder / "within.csv").symlink_to(folder / "real.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / ".hidden.csv").write_text(PASSAGES, encoding="utf-8")
    (folder / "~$open.csv").write_text(PASSAGES, encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(folder)  # the address of a socket may not be long
        listening.bind("socket.csv")
    assert [path.name for path in waiting(line.site)] == ["real.csv"]
    naive = {path.name for path in folder.glob("*.csv")}
    assert {"link.csv", "pipe.csv", "folder.csv", "socket.csv"} <= naive, "the control: by their names they all fit"


def test_a_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    campus = gate(tmp_path, files="*/*.csv")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text(PASSAGES, encoding="utf-8")
    (campus.campus.landing / "linked").symlink_to(tmp_path / "outside")
    campus.put("gate/a.csv", PASSAGES)
    assert [path.name for path in landed(campus.campus, campus.source)] == ["a.csv"]
    assert len(list(campus.campus.landing.glob("*/*.csv"))) == 2, "the control: the pattern alone enters it"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "socket", "device", "missing"])
def test_what_takes_a_plain_file_s_place_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """As though it had been changed between the listing and the opening."""
    campus = gate(tmp_path)
    path = campus.put("gate/a.csv", PASSAGES)
    path.rename(tmp_path / "b.csv")
    if kind == "link":
        path.symlink_to(tmp_path / "b.csv")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            monkeypatch.chdir(path.parent)
            listening.bind(path.name)
    elif kind == "device":
        _zeros(path)
    with pytest.raises(Refused, match="only plain files are taken in"):
        campus.receive("gate/a.csv")


def _zeros(path: Path) -> None:
    try:
        os.mknod(path, 0o020600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make a device")


def test_control_a_pipe_that_is_simply_opened_waits_for_ever(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    opening = [sys.executable, "-c", f"open({str(tmp_path / 'pipe.csv')!r}, 'rb')"]
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(opening, timeout=1, check=False)


@pytest.mark.parametrize("name", ["../outside.csv", "gate/../../outside.csv", "linked/outside.csv"])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    campus = gate(tmp_path)
    (campus.campus.landing / "gate").mkdir()
    (campus.campus.landing / "linked").symlink_to(campus.campus.landing.parent)
    outside = campus.campus.landing.parent / "outside.csv"
    outside.write_text(PASSAGES, encoding="utf-8")
    assert (campus.campus.landing / name).read_text(encoding="utf-8") == PASSAGES, "the control: the path leads there"
    with pytest.raises(Refused, match="does not lie in the landing folder"):
        campus.receive(name)


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "gate/../../*.csv", ""])
def test_a_source_cannot_ask_for_files_elsewhere(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(Misconfigured, match="must lie inside the landing folder"):
        gate(tmp_path, files=pattern)


def test_an_empty_file_is_refused_and_one_of_headings_alone_is_not(tmp_path: Path) -> None:
    campus = gate(tmp_path)
    with pytest.raises(Refused, match="is empty — export it again"):
        campus.receive("gate/a.csv", b"")
    assert campus.receive("gate/b.csv", "card,at\n").records == 0


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text(PASSAGES, encoding="utf-8")
    (tmp_path / "closed.csv").chmod(0)
    said = "from pathlib import Path; from pipelines.receiving.receive import digest; digest(Path({!r}))"
    ended = subprocess.run(
        [sys.executable, "-c", said.format(str(tmp_path / "closed.csv"))],
        preexec_fn=obey_modes,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert "closed.csv: cannot be opened (Permission denied) — only plain files" in ended.stderr.splitlines()[-1]
    (tmp_path / "closed.csv").chmod(0o400)
    open_again = subprocess.run(
        [sys.executable, "-c", said.format(str(tmp_path / "closed.csv"))], preexec_fn=obey_modes, cwd=ROOT, check=False
    )
    assert open_again.returncode == 0, "the control: with its mode open the same reading succeeds"
