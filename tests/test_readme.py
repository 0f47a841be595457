"""What the README says, holds: its commands exist, its folders are there, its model is one."""

import re

import polars as pl
import pytest
import sqlglot
import yaml

from pipelines.cli import main
from pipelines.modelling.dialect import DIALECT, lint
from pipelines.modelling.header import read_header
from pipelines.paths import ROOT
from pipelines.reports import groups, read_template, render
from profiles.captions import SiteWords, Words
from tests.pipelines.landing import site

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^    make ([a-z]+)\b", README, re.MULTILINE))))
def test_a_make_target_it_names_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^    .*bin/mingyuan ([a-z]+)\b", README, re.MULTILINE))))
def test_a_command_it_names_exists(command):
    assert command in main.commands


@pytest.mark.parametrize(
    "folder",
    sorted(set(re.findall(r"`((?:sql|profiles|pipelines|assets|data/presets|data/reference|tests|bench)/)`", README))),
)
def test_a_folder_it_names_is_there(folder):
    assert (ROOT / folder).is_dir()


def test_the_model_it_shows_is_one():
    (text,) = blocks("sql")
    header, problems = read_header(text)
    assert problems == []
    assert header.names("grain") == ["patron_key", "term"]
    assert lint(sqlglot.parse_one(text, dialect=DIALECT)) == []


def test_the_report_it_shows_makes_a_page_for_each_term(tmp_path):
    (text,) = blocks("jinja")
    (path := tmp_path / "members.html.j2").write_text(text, encoding="utf-8")
    colleges = [
        {"term": "2026-spring", "college": "法学院", "college_label_en": "Law", "persons": 120},
        {"term": "2026-spring", "college": "数学学院", "college_label_en": "Mathematics", "persons": None},
        {"term": "2025-autumn", "college": "法学院", "college_label_en": "Law", "persons": 115},
    ]
    template, tables = read_template(path), {"report.college": pl.DataFrame(colleges)}
    assert groups(template, tables) == ["2025-autumn", "2026-spring"]
    assert template.recipient == "library"
    page = render(template, {"term": "2026-spring"}, tables, SiteWords(Words("明远", "Mingyuan")), "en")
    assert re.findall(r"<p>(.*)</p>", page) == ["Law: 120", "Mathematics: —"]


def test_the_export_it_shows_is_taken_in_by_the_lines_it_shows(tmp_path):
    (export,), (lines,) = blocks("csv"), blocks("yaml")
    name, own = next(iter(yaml.safe_load(lines)["sources"].items()))
    received = site(tmp_path, name, own).receive("north/a.csv", export)
    assert (received.records, received.loaded) == (6, 2)
    assert received.reasons == {"denied": 1, "footer": 1, "not_a_person": 1, "unmapped_value": 1}


def test_it_says_how_to_begin_in_its_first_screen():
    first = "\n".join(README.splitlines()[:14])
    assert "make demo" in first
    assert "make test" in first
