"""Who looks at a single reader is noted before anything is shown, and nothing is shown where it cannot be."""

import datetime as dt
import getpass
import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.errors import Misconfigured, Problem
from pipelines.portraying import looks, portraits
from pipelines.portraying.looks import log_of, note, of_a_year
from profiles import data_use
from tests.line.sites import Line, small

KEY = "a1b2c3d4e5f6"


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return small(tmp_path / "site")


def test_a_look_is_a_line_and_names_nobody_who_was_looked_at(line: Line) -> None:
    note(line.campus, "portrait", KEY, "  asked at\n the desk ")
    note(line.campus, "why", KEY, "asked again")
    first, second = log_of(line.campus).read_text(encoding="utf-8").splitlines()
    told = json.loads(first)
    assert (told["by"], told["what"], told["reason"]) == (getpass.getuser(), "portrait", "asked at the desk")
    assert dt.datetime.fromisoformat(told["at"]).utcoffset() == dt.timedelta(hours=8)
    assert told["reader"] == json.loads(second)["reader"]
    assert KEY not in first + second
    assert stat.S_IMODE(log_of(line.campus).stat().st_mode) == 0o600


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_without_a_reason_nothing_is_noted(line: Line, reason: str | None) -> None:
    with pytest.raises(Misconfigured, match="add --reason"):
        note(line.campus, "portrait", KEY, reason)
    assert not log_of(line.campus).exists()


def test_a_look_that_cannot_be_noted_is_no_look(line: Line) -> None:
    log_of(line.campus).mkdir()
    with pytest.raises(Problem, match="so nothing is shown"):
        note(line.campus, "portrait", KEY, "asked at the desk")


def test_a_portrait_of_a_reader_is_drawn_only_once_it_is_noted(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    noted_when_drawn: list[bool] = []

    def draw(*asked: object) -> None:
        noted_when_drawn.append(log_of(line.campus).exists())
        raise Problem("drawn")

    monkeypatch.setattr(portraits, "reader_of", lambda site, who: None if who == "undergraduate" else KEY)
    monkeypatch.setattr(portraits, "draw", draw)
    command = ["--site", str(line.folder / "campus.yml"), "portrait"]
    refused = CliRunner().invoke(main, [*command, KEY])
    assert (refused.exit_code, noted_when_drawn) == (2, [])
    CliRunner().invoke(main, [*command, "undergraduate"])
    CliRunner().invoke(main, [*command, KEY, "--reason", "asked at the desk"])
    assert noted_when_drawn == [False, True], "a group is nobody, and needs no reason"


def test_the_page_on_data_use_counts_those_of_a_year(line: Line) -> None:
    for at in ("2025-11-28T08:00:00+08:00", "2025-11-27T08:00:00+08:00", "2026-11-01T08:00:00+08:00"):
        with log_of(line.campus).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"at": at, "by": "li", "what": "why", "reader": "f" * 16, "reason": "r"}) + "\n")
    assert len(list(looks.looks(line.campus))) == 3
    assert of_a_year(line.campus, dt.date(2026, 11, 28)) == 2
    assert data_use.looked(1).en.endswith(": 1 time in the last twelve months.")


def test_a_line_that_is_no_look_is_named(line: Line) -> None:
    note(line.campus, "portrait", KEY, "asked at the desk")
    with log_of(line.campus).open("a", encoding="utf-8") as log:
        log.write('{"at": "2026-11-')
    with pytest.raises(Problem, match=r"looks.jsonl:2: is no look"):
        list(looks.looks(line.campus))


def test_an_account_without_a_name_is_told_by_its_number(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    note(line.campus, "portrait", KEY, "asked at the desk")
    assert [look.by for look in looks.looks(line.campus)] == [f"uid {os.getuid()}"]
