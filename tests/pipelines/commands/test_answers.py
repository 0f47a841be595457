"""A query is answered in a terminal, quickly, and a wrong one is told in a line."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.paths import ROOT


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose published database holds one table."""
    site, published = tmp_path / "campus.yml", tmp_path / "data" / "published"
    site.write_text((ROOT / "campus.example.yml").read_text(encoding="utf-8"), encoding="utf-8")
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "mart-000001.duckdb")) as connection:
        connection.execute("create table loan as from (values ('文学', 3), ('[red]法学', 4)) as t (college, loans)")
    (published / "current").symlink_to("mart-000001.duckdb")
    return site


def asked(site: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--site", str(site), "query", *words])
    return done.exit_code, done.output


def test_rows_come_as_a_table_or_as_they_are(site: Path) -> None:
    query = "select college, loans from loan order by loans"
    assert asked(site, "--csv", query) == (0, "college,loans\n文学,3\n[red]法学,4\n")
    code, output = asked(site, query)
    assert code == 0
    assert "[red]法学" in output  # no markup of a terminal's is obeyed


def test_what_cannot_be_asked_is_told_in_a_line(site: Path) -> None:
    assert asked(site, "selec 1")[0] == 1
    assert asked(site, "")[0] == 1
    (site.parent / "data" / "published" / "current").unlink()
    assert asked(site, "select 1")[0] == 1


def test_a_query_waits_for_no_dagster() -> None:
    heavy = "{'dagster', 'sqlglot', 'great_expectations', 'sklearn', 'sqlalchemy'}"
    code = f"import sys, pipelines.commands.answers, pipelines.cli; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "\n"
