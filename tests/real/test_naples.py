"""2,179 answers to a satisfaction survey in Naples, 2002, by a preset and a site file alone.

Beside it lies a survey of 50 columns with missing values, for which there is no preset at all.
"""

import csv
import shutil
from decimal import Decimal

import pytest

from tests.pipelines.landing import rows, site
from tests.real.conftest import REAL

SITE = """
name: {zh: 那不勒斯大学, en: University of Naples Federico II}
timezone: Europe/Rome
unit: {zh: 学部, en: Faculty}
sources:
  naples_satisfaction: {}
"""

LEISURE = {
    "feed": "survey_answer",
    "files": "survey/relgoods.csv",
    "columns": {
        "survey": {"value": "relgoods"},
        "response_key": "ID",
        "item": {"heading": "(.+)"},
        "facet": {"value": "value"},
        "answer_value": {"cell": True},
    },
    "unpivot": {"headings": ".", "but_not": "^(Gender|BirthMonth|BirthYear)$"},
}


@pytest.fixture(scope="module")
def naples(told):
    return told("naples_survey", "survey", SITE)


def test_every_record_became_five_answers(naples):
    assert naples.rows("select records, loaded, duplicates, rejected, rows from ledger.file") == [
        (2179, 2179, 0, 0, 5 * 2179)
    ]


def test_each_item_is_what_was_computed_apart(naples):
    query = """
        select item, sum(persons), sum(persons * mean) / sum(persons), sum(persons * top2_share) / sum(persons),
            sum(persons * low_share) / sum(persons), min(university_mean), min(university_persons)
        from report.survey group by item"""
    found = {item: figures for item, *figures in naples.rows(query)}
    assert found.keys() == naples.oracle["items"].keys()
    for item, known in naples.oracle["items"].items():
        persons, mean, top2, low, overall, everyone = found[item]
        assert (persons, everyone) == (2179, 2179)
        assert [mean, overall, top2, low] == [
            pytest.approx(known[name], abs=5e-5) for name in ("mean", "mean", "top2", "bottom3")
        ]


def test_each_faculty_has_its_respondents_and_its_mean(naples):
    rows = naples.rows("select college, persons, mean from report.survey where item = 'global'")
    assert {faculty: persons for faculty, persons, _ in rows} == naples.oracle["faculty"]
    means = naples.oracle["global_mean_by_faculty"]
    assert {faculty: mean for faculty, _, mean in rows} == {
        f: pytest.approx(mean, abs=5e-4) for f, mean in means.items()
    }


def test_the_page_of_a_faculty_prints_them(naples):
    page = naples.page("5", "en")
    assert "460 respondents" in page, "458, in fives"
    assert "6.3" in page, "6.26, with one decimal"
    assert "members" not in page.partition('class="kicker"')[2].partition("</p>")[0]


def test_a_survey_without_a_preset_comes_in_by_site_lines_alone(tmp_path):
    export = REAL / "naples_survey" / "relgoods.csv"
    if not export.is_file():
        pytest.skip("the real data set naples_survey is not on this machine")
    campus = site(tmp_path, "leisure", LEISURE, timezone="Europe/Rome")
    shutil.copyfile(export, campus.campus.landing / export.name)
    received = campus.receive(export.name)
    assert (received.records, received.loaded, received.duplicates, received.rejected) == (2459, 2459, 0, 0)
    assert received.dropped_columns == ("Gender", "BirthMonth", "BirthYear")
    with export.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    left_out = {"ID", *received.dropped_columns}
    asked = {(line["ID"], item): answer for line in lines for item, answer in line.items() if item not in left_out}
    answered = {key: Decimal(answer) for key, answer in asked.items() if answer}
    found = rows(received)
    assert {(row["response_key"], row["item"]): row["answer_value"] for row in found} == answered
    assert len(found) == len(answered) == 46 * 2459 - 500
    assert not any(row["notes"] for row in found)
