"""What a person sees who types `mingyuan …`: help that teaches, answers, and one line where there is none."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines import definitions
from pipelines.cli import main
from pipelines.engine import Engine
from pipelines.publish import open_current
from pipelines.site import Site
from pipelines.warehouse import Warehouse
from tests.line.sites import Line, Whole, changed, mingyuan, short_history, small

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
PERSONS = "select term, count(*) as persons from portrait.individual group by term order by term"


@pytest.fixture
def done(whole: Whole, tmp_path: Path) -> Line:
    """A site on which everything has run."""
    return whole.line.copied(tmp_path / "done")


def ask(line: Line, *words: str) -> Result:
    return CliRunner().invoke(main, ["--site", str(line.folder / "campus.yml"), *words], prog_name="mingyuan")


def only_line(result: Result) -> str:
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    told = result.stderr.splitlines()
    assert len(told) == 1
    assert told[0].startswith("mingyuan: ")
    assert " — " in told[0]
    return told[0]


def test_help_teaches() -> None:
    told = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
    for code in ("0 done", "1 something did not hold", "2 the command", "3 another run", "4 the key file"):
        assert code in told
    assert "mingyuan demo" in told
    for name, command in main.commands.items():
        assert name in told
        assert "Usage: " in CliRunner().invoke(main, [name, "--help"]).output
        assert command.help
        assert all(
            option.help or option.name in ("seed", "help")
            for option in command.params
            if option.param_type_name == "option"
        )
    assert "meta.example_query" in CliRunner().invoke(main, ["query", "--help"]).output


@pytest.mark.parametrize("words", [["rn"], ["query"], ["run", "--fast"]])
def test_a_wrong_command_ends_with_two_and_says_where_help_is(words: list[str]) -> None:
    result = CliRunner().invoke(main, words, prog_name="mingyuan")
    assert result.exit_code == 2
    assert "--help" in result.output


def test_a_site_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = ask(Line(tmp_path), "run")
    assert result.exit_code == 2
    assert "copy campus.example.yml" in only_line(result)


def test_a_query_is_answered_as_a_table_and_as_csv(done: Line) -> None:
    with open_current(done.campus.published) as mart:
        expected = [[term, str(persons)] for term, persons in mart.execute(PERSONS).fetchall()]
    told = ask(done, "query", "--csv", PERSONS)
    assert told.exit_code == 0
    assert list(csv.reader(io.StringIO(told.stdout))) == [["term", "persons"], *expected]
    table = ask(done, "query", PERSONS).stdout
    assert all(term in table and persons in table for term, persons in expected)
    assert ask(done, "query", "select * from meta.example_query").exit_code == 0


def test_cells_are_shown_and_not_obeyed(done: Line) -> None:
    told = ask(done, "query", "select '[/]' as \"[red]a\", chr(27) || '[2J' as b, repeat('long ', 60) || 'end' as c")
    assert told.exit_code == 0
    assert "[/]" in told.stdout
    assert "\x1b" not in told.stdout
    assert "…" not in told.stdout
    assert "end" in told.stdout


@pytest.mark.parametrize(
    "sql", ["selec 1", "select nothing", "select * from raw.loan", "", "-- nothing", "select 1/0; select"]
)
def test_a_bad_query_ends_with_one_line(done: Line, sql: str) -> None:
    result = ask(done, "query", "--", sql)
    assert result.exit_code == 1
    assert "meta.example_query" in only_line(result)


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{outside}'",
        "copy portrait.individual to '{outside}'",
        "select * from read_csv('{inside}')",
        "select * from read_text('{inside}')",
        "select * from read_blob('{inside}')",
        "select * from '{inside}'",
        "select * from glob('{folder}/*')",
        "attach '{outside}'",
        "attach '{warehouse}' as w (read_only)",
        "export database '{outside}'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set threads = 1",
        "install httpfs",
        "load httpfs",
        "create table meta.mine as select 1",
        "delete from portrait.individual",
        "drop table portrait.individual",
        "select 1; attach '{outside}'",
    ],
)
def test_a_query_reads_and_writes_nothing_else(done: Line, tmp_path: Path, sql: str) -> None:
    before = done.hashes()
    inside, outside = tmp_path / "inside.csv", tmp_path / "outside"
    inside.write_text("secret\n1\n", encoding="utf-8")
    given = {"inside": inside, "outside": outside, "folder": tmp_path, "warehouse": done.campus.warehouse}
    result = ask(done, "query", sql.format(**given))
    assert result.exit_code == 1
    assert "the query was refused" in only_line(result)
    assert not outside.exists()
    assert changed(before, done.hashes()) == []


def test_an_open_connection_would_read_that_file(tmp_path: Path) -> None:
    """The control: what is refused there is what DuckDB does for anybody else."""
    (tmp_path / "inside.csv").write_text("secret\n1\n", encoding="utf-8")
    with duckdb.connect() as connection:
        assert connection.execute(f"select secret from '{tmp_path}/inside.csv'").fetchall() == [(1,)]


@pytest.mark.parametrize("words", ["status", "rejects", "doctor"])
def test_a_fresh_site_is_told_of(tmp_path: Path, words: str) -> None:
    result = ask(small(tmp_path), words)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert ("none yet" if words == "doctor" else "nothing yet") in result.stdout


def test_nothing_is_published_on_a_fresh_site(tmp_path: Path) -> None:
    result = ask(small(tmp_path), "query", "select 1")
    assert result.exit_code == 1
    assert "nothing is published yet" in only_line(result)


def test_status_counts_what_came(done: Line) -> None:
    told = ask(done, "status")
    assert told.exit_code == 0
    cells = {line.split("│")[1].strip(): line for line in told.stdout.splitlines() if line.startswith("│")}
    records = done.rows_of("select sum(records) from ledger.file where feed = 'loan'")[0][0]
    assert f" {records} " in cells["loan"]
    assert "mart-000001.duckdb" in told.stdout
    assert "SUCCESS" in told.stdout


def test_rejects_are_counted_by_file_and_reason(done: Line) -> None:
    query = "select reason from ledger.reject group by all"
    told = ask(done, "rejects")
    assert told.exit_code == 0
    assert {reason for (reason,) in done.rows_of(query)} <= set(told.stdout.split())


def test_a_file_name_cannot_speak_to_the_terminal(done: Line) -> None:
    with duckdb.connect(str(done.campus.warehouse)) as connection:
        connection.execute("update ledger.file set name = '[/] ' || chr(27) || ']0;x.csv'")
    told = ask(done, "rejects")
    assert told.exit_code == 0
    assert "\x1b" not in told.stdout


def test_doctor_finds_a_run_site_well_and_a_spoilt_one_not(done: Line) -> None:
    assert ask(done, "doctor").exit_code == 0
    done.campus.key_file.chmod(0o644)
    told = ask(done, "doctor")
    assert told.exit_code == 1
    assert [line for line in told.stdout.splitlines() if line.startswith("NO")] == [
        "NO  keyring.json: others can read it — run `chmod 600` on it"
    ]


def test_a_second_run_ends_with_three(done: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(site: Site) -> dict[str, object]:
        return {
            "site": site,
            "warehouse": Warehouse(path=str(site.campus.warehouse), wait_seconds=0.2),
            "engine": Engine(),
        }

    monkeypatch.setattr(definitions, "resources", impatient)
    with short_history(monkeypatch), _held(done.campus.warehouse):
        result = ask(done, "run")
        assert result.exit_code == 3
        assert "another run is writing" in only_line(result)
        assert ask(done, "doctor").exit_code == 1
        told = ask(done, "status")
        assert told.exit_code == 0
        assert "ask again when it has ended" in " ".join(told.stdout.replace("┃", "").split())
        assert ask(done, "query", "select 1").exit_code == 0
    assert ask(done, "doctor").exit_code == 0


def test_the_command_itself_answers(done: Line) -> None:
    ended = mingyuan(done, "query", "--csv", "select 1 as one")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "one\n1\n", "")


@contextmanager
def _held(warehouse: Path) -> Iterator[None]:
    """Another process that has the warehouse open for writing."""
    words = [sys.executable, "-c", HOLD, str(warehouse)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.kill()
