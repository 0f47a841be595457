"""`mingyuan erase`: it says what it would do, does it when told to, and says in one line why it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.forgetting import erasure
from pipelines.keeping.keyring import Keyring
from pipelines.run import Outcome
from pipelines.warehouse import Warehouse
from tests.erasure.library import CANARIES, CARD, NUMBER, library
from tests.line.sites import Line

ROWS = "select count(*) from raw.enrolment"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another run."""
    monkeypatch.setattr(erasure, "Warehouse", lambda **given: Warehouse(**given, wait_seconds=0.1))


def erase(line: Line, *words: str) -> Result:
    words = ("--site", str(line.folder / "campus.yml"), "erase", *words)
    return CliRunner().invoke(main, words, prog_name="mingyuan")


def refusal(line: Line, number: str = NUMBER, rows: int = 12) -> tuple[int, str]:
    """The one line that is said when nothing can be done, and nothing was."""
    result = erase(line, number, "--yes")
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert " — " in result.stderr
    assert line.rows_of(ROWS) == [(rows,)]
    return result.exit_code, result.stderr


def test_first_it_says_what_there_is_and_leaves_it(line: Line) -> None:
    told = erase(line, NUMBER)
    assert told.exit_code == 0, told.output
    assert "raw.gate_event" in told.stdout
    assert "nothing is erased yet" in told.stdout
    assert line.rows_of(ROWS) == [(12,)]


def test_told_to_it_erases_and_gives_a_receipt_that_names_nobody(line: Line) -> None:
    keys = erasure.find(line.site, NUMBER).keys
    done = erase(line, NUMBER, "--yes")
    assert done.exit_code == 0, done.output
    rows = {cells[0]: cells[1] for text in done.stdout.splitlines() if len(cells := text.strip("│┃ ").split("│")) == 2}
    told = {what.strip(): int(number) for what, number in rows.items() if number.strip().isdecimal()}
    assert told["originals rewritten"] == 6
    assert told["originals destroyed"] == 2
    assert (told["raw.gate_event"], told["raw.loan"], told["rejected records"], told["numbers"]) == (3, 1, 2, 2), (
        "their number and their card"
    )
    assert [word for word in {*CANARIES, *keys} if word in done.output] == []
    assert line.rows_of(ROWS) == [(11,)]
    again = erase(line, CARD, "--yes")
    assert (again.exit_code, again.stdout.count("\n")) == (0, 1)
    assert "they were erased on" in again.stdout


def test_what_still_waits_outside_is_told_of(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.put("gate/2026.csv", f"card,at\n{CARD},2026-01-05 08:00:00\n")
    monkeypatch.setattr(erasure, "run", lambda site, progress: Outcome(True, (), 0))
    assert "1 files in the landing folder are not ours to change" in erase(line, NUMBER, "--yes").stdout


def test_nobody_has_that_number(line: Line) -> None:
    for number in ("2023141460002", "", "2023"):
        code, told = refusal(line, number)
        assert (code, "nobody here has that number" in told) == (1, True)
        assert not number or number not in told


def test_without_a_vault_nobody_is_found(line: Line) -> None:
    (line.campus.vault / "identities").unlink()
    assert refusal(line) == (
        1,
        "mingyuan: the vault knows no numbers, so nobody can be found by one — restore it from a backup\n",
    )


def test_with_another_key_nothing_is_touched(line: Line) -> None:
    line.campus.key_file.unlink()
    Keyring.load_or_create(line.campus.key_file, None, may_create=True)
    code, told = refusal(line)
    assert (code, "holds another key" in told) == (4, True)


def test_while_another_run_writes_nothing_is_touched(line: Line) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", hold, str(line.campus.warehouse)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        result = erase(line, NUMBER, "--yes")
        other.communicate()
    assert (result.exit_code, "another run is writing" in result.stderr) == (3, True)
    assert line.rows_of(ROWS) == [(12,)]


def test_before_anything_has_run_there_is_nobody(tmp_path: Path) -> None:
    result = erase(library(tmp_path / "new"), NUMBER, "--yes")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "new" / "data" / "warehouse").exists()


def test_a_line_that_cannot_run_leaves_it_unfinished_and_says_so(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "run", lambda site, progress: Outcome(False, ("gate/a.csv: is empty",), 1))
        stopped = erase(line, NUMBER, "--yes")
    assert stopped.exit_code == 1
    assert stopped.stderr.splitlines()[0] == "mingyuan: gate/a.csv: is empty"
    assert "the erasure is not finished" in stopped.stderr
    assert line.rows_of(ROWS) == [(11,)]
    assert "they are being erased, and are not to the end" in erase(line, NUMBER, "--yes").stdout
    assert "they were erased on" in erase(line, NUMBER).stdout
