"""What is not right is told in one line, changes no table, stays where it is, and goes through once it is mended."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import KeyRefused, Problem
from tests.hostile.door import MB, growth, obey_modes
from tests.line.sites import Hashes, Line, changed, mingyuan, small

HEAD = "卡号,闸机名称,通行时间,结果\n"
CANARY = "9988776655"
GOOD = HEAD + "0001,进门1,2025/09/08 08:00:00,成功\n0002,出门1,2025/09/08 08:01:00,成功\n"
OTHER = HEAD + f"{CANARY},进门1,2025/09/09 08:00:00,成功\n"
LATER = HEAD + f"{CANARY},出门1,2025/09/10 08:00:00,成功\n"
FIRST, BAD, WORSE, EMPTY = (f"gate/main_{name}.csv" for name in ("a", "b", "c", "d"))
RENAMED = OTHER.replace("通行时间", "时刻")
INLINE: dict[str, Any] = {
    "feed": "gate_event",
    "files": "gate/*.csv",
    "columns": {
        "patron_key": "卡号",
        "building": {"value": "总馆"},
        "direction": {"from": "方向"},
        "passed_at": {"from": "时间"},
    },
}


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A gate from which one good file has come."""
    line = small(tmp_path / "site")
    line.put(FIRST, GOOD)
    assert line.take_in("gate_event").files == 1
    return line


def raw(line: Line) -> Hashes:
    return {name: hashed for name, hashed in line.hashes().items() if not name.startswith("ledger.")}


def is_one_clear_line(told: str) -> bool:
    """What and where before the dash, what to do after it; nobody's data."""
    return "\n" not in told and " — " in told and CANARY not in told and "Traceback" not in told


def refused(line: Line) -> str:
    """What is said of the one file that waits, which changes nothing and goes nowhere."""
    before, waiting = raw(line), line.waiting()
    intake = line.take_in("gate_event")
    assert (intake.files, intake.rows, len(intake.refusals)) == (0, 0, 1)
    assert changed(before, raw(line)) == []
    assert line.waiting() == waiting
    assert not list(line.campus.spool.rglob("*.parquet"))
    assert line.rows_of("select remark from ledger.file where status = 'refused'") == [(intake.refusals[0],)]
    assert is_one_clear_line(intake.refusals[0])
    return intake.refusals[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "gate/main_b.csv: is empty"),
        (RENAMED.encode(), "heading 通行时间"),
        (OTHER.encode("gbk"), "is not utf-8 (first bad byte at 0)"),
    ],
)
def test_a_bad_file_waits_until_it_is_mended(line: Line, content: bytes, words: str) -> None:
    line.put(BAD, content)
    assert words in refused(line)
    line.put(BAD, OTHER)
    assert line.take_in("gate_event").rows == 1
    assert line.waiting() == []
    assert line.rows_of("select count(*) from raw.gate_event") == [(3,)]


def test_a_bad_file_does_not_hold_up_a_good_one(line: Line) -> None:
    line.put(BAD, RENAMED)
    line.put(WORSE, LATER)
    intake = line.take_in("gate_event")
    assert (intake.files, len(intake.refusals)) == (1, 1)
    assert line.waiting() == [BAD]


def test_a_record_cut_short_is_rejected_and_comes_whole_with_the_next_copy(line: Line) -> None:
    whole = OTHER + "0003,出门1,2025/09/09 09:00:00,成功\n"
    line.put(BAD, whole.encode()[:-28])
    assert line.take_in("gate_event").rows == 1
    mark = "(select source_file from ledger.file where name = 'gate/main_b.csv' and status = 'loaded')"
    assert line.rows_of(f"select record, reason from ledger.reject where source_file = {mark}") == [
        (2, "truncated_last_line")
    ]
    ((remark,),) = line.rows_of(f"select remark from ledger.file where source_file = {mark}")
    assert remark.startswith("no final newline; 1 of 2 records (50.0%) are unfit, most for truncated_last_line")
    line.put(BAD, whole)
    assert line.take_in("gate_event").rows == 2
    assert line.rows_of(f"select rejected, remark from ledger.file where source_file = {mark}") == [(0, None)]
    assert line.rows_of("select count(*) from raw.gate_event") == [(4,)]


def test_a_broken_expectation_refuses_the_file_that_breaks_it(tmp_path: Path) -> None:
    line = small(tmp_path, {"gate": INLINE})
    line.put(FIRST, "卡号,方向,时间\n0001,in,2025-09-08 08:00:00\n")
    assert line.take_in("gate_event").files == 1
    line.put(BAD, f"卡号,方向,时间\n{CANARY},sideways,2025-09-08 08:00:00\n")
    told = refused(line)
    assert told.startswith("gate/main_b.csv: 1 rows break “direction: values to be in set")
    assert "sideways" not in told
    line.put(BAD, f"卡号,方向,时间\n{CANARY},out,2025-09-08 08:00:00\n")
    assert line.take_in("gate_event").files == 1


def test_a_line_of_50_megabytes_is_not_taken_into_memory(line: Line) -> None:
    line.put(BAD, OTHER + "x" * (50 * MB) + "\n")
    told: list[str] = []
    assert growth(lambda: told.append(refused(line))) < 300 * MB
    assert "the record at line 3 is longer than 1 MB" in told[0]
    line.put(BAD, OTHER)
    assert line.take_in("gate_event").rows == 1


def test_memory_that_is_used_is_seen() -> None:
    """The control: a parent that took it in whole, six times over as frames and strings do, would be seen."""
    assert growth(lambda: len(b"x" * (310 * MB))) > 300 * MB


@pytest.mark.parametrize(("spoil", "words"), [("other", "holds another key"), ("open", "others can read it")])
def test_a_wrong_key_stops_before_anything_is_read(line: Line, spoil: str, words: str) -> None:
    before, key = line.hashes(), line.campus.key_file
    right = key.read_bytes()
    if spoil == "other":
        key.write_text(json.dumps({"hmac": "ab" * 32, "vault": "cd" * 32}), encoding="utf-8")
    else:
        key.chmod(0o640)
    line.put(BAD, OTHER)
    with pytest.raises(KeyRefused) as caught:
        line.take_in("gate_event")
    assert words in str(caught.value)
    assert is_one_clear_line(str(caught.value))
    assert caught.value.exit_code == 4
    assert changed(before, line.hashes()) == []
    assert line.waiting() == [BAD]
    key.write_bytes(right)
    key.chmod(0o600)
    assert line.take_in("gate_event").rows == 1


@pytest.mark.parametrize(
    ("line_of_yaml", "words"),
    [
        ("langing: exports\n", "did you mean ‘landing’"),
        ("sources: {gate_by_nam: {}}\n", "no preset is called ‘gate_by_nam’"),
    ],
)
def test_a_wrong_site_file_is_named(line: Line, line_of_yaml: str, words: str) -> None:
    file = line.folder / "wrong.yml"
    file.write_text("name: {zh: 测试, en: Test}\n" + line_of_yaml, encoding="utf-8")
    ended = subprocess.run(
        [*_command(file), "run"], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert ended.returncode == 2
    assert words in _only_line(ended)
    assert "wrong.yml" in ended.stderr


def test_several_bad_files_end_the_run_with_a_line_each(line: Line) -> None:
    before = raw(line)
    line.put(BAD, RENAMED)
    line.put(WORSE, OTHER.encode("gbk"))
    line.put(EMPTY, b"")
    ended = mingyuan(line, "run")
    assert ended.returncode == 1
    *told, roster = ended.stderr.splitlines()
    assert roster.startswith("roster: empty, so nobody has a portrait")
    assert [said.split(": ")[:2] for said in told] == [["mingyuan", name] for name in (BAD, WORSE, EMPTY)]
    assert all(map(is_one_clear_line, told))
    assert line.waiting() == [BAD, WORSE, EMPTY]
    after = raw(line)
    assert changed(before, {name: after[name] for name in before}) == []
    assert ended.stdout.splitlines()[0] == "no new export taken in"
    assert (line.campus.published / "current").exists(), "what came before them is told all the same"
    assert CANARY.encode() not in b"".join(
        path.read_bytes() for path in line.campus.dagster.rglob("*") if path.is_file()
    )


def test_a_wrong_key_ends_the_run_with_four(line: Line) -> None:
    line.campus.key_file.write_text(json.dumps({"hmac": "ab" * 32, "vault": "cd" * 32}), encoding="utf-8")
    line.put(BAD, OTHER)
    ended = mingyuan(line, "run")
    assert (ended.returncode, line.waiting()) == (4, [BAD])
    assert "holds another key" in _only_line(ended)


@pytest.mark.parametrize("words", ["run", "doctor"])
def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, words: str) -> None:
    line = small(tmp_path / "site")
    data = line.folder / "data"
    data.chmod(0o555)
    ended = mingyuan(line, words, preexec_fn=obey_modes)
    data.chmod(0o755)
    assert ended.returncode == 1
    told = _only_line(ended) if words == "run" else next(t for t in ended.stdout.splitlines() if t.startswith("NO"))
    assert str(data) in told
    assert is_one_clear_line(told)
    assert list(data.iterdir()) == [data / "landing"]


def test_even_root_obeys_modes_in_that_test(tmp_path: Path) -> None:
    """The control: without its two capabilities, the same process that may write anywhere may not write here."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    writing = [sys.executable, "-c", f"open({str(folder / 'a')!r}, 'w')"]
    assert subprocess.run(writing, preexec_fn=obey_modes, capture_output=True, check=False).returncode != 0
    folder.chmod(0o755)
    assert subprocess.run(writing, preexec_fn=obey_modes, capture_output=True, check=False).returncode == 0


def test_a_data_folder_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = small(tmp_path / "site", data="../file/data")
    with pytest.raises(Problem) as caught:
        line.run()
    assert is_one_clear_line(str(caught.value))
    assert str(tmp_path / "file" / "data") in str(caught.value)


def _only_line(ended: subprocess.CompletedProcess[str]) -> str:
    told = ended.stderr.splitlines()
    assert len(told) == 1
    assert told[0].startswith("mingyuan: ")
    assert is_one_clear_line(told[0])
    return told[0]


def _command(site_file: Path) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from pipelines.cli import main; main(prog_name='mingyuan')",
        "--site",
        str(site_file),
    ]
