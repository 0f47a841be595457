"""2,179 answers to a satisfaction survey in Naples, 2002, by a preset and a site file alone."""

import pytest

SITE = """
name: {zh: 那不勒斯大学, en: University of Naples Federico II}
timezone: Europe/Rome
unit: {zh: 学部, en: Faculty}
sources:
  naples_satisfaction: {}
"""


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
    assert "458 respondents" in page
    assert "6.26" in page
    assert "members" not in page.partition('class="kicker"')[2].partition("</p>")[0]
