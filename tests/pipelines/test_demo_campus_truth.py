"""What was planted in the demo campus can be found again in its files alone."""

import re
import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

from tests.pipelines.demo_landing import MOMENT, SPRING, SPRING_EXAMS, Landing, is_moment, make_landing, means


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return make_landing(tmp_path_factory)


def test_kinds_of_reader_can_be_told_apart_from_the_files_alone(campus: Landing) -> None:
    roll = campus.spring_roll()
    kind = {person: campus.patrons[person]["archetype"] for person in roll}
    feeds = (
        campus.spring_entries(),
        Counter(row["读者条码"] for row in campus.loans(SPRING)),
        Counter(row["学号"] for row in campus.rows(f"space/seats_{SPRING}.csv")),
    )
    visits, loans, bookings = (means((kind[person], feed[person]) for person in roll) for feed in feeds)
    assert visits["none"] == loans["none"] == bookings["none"] == 0
    assert set(sorted(visits, key=visits.__getitem__)[-2:]) == {"seat_anchored", "all_round"}
    assert set(sorted(loans, key=loans.__getitem__)[-2:]) == {"paper_reader", "all_round"}
    assert set(sorted(bookings, key=bookings.__getitem__)[-2:]) == {"space_booker", "all_round"}


def test_crammers_come_when_exams_come(campus: Landing) -> None:
    visits, exams = campus.spring_entries(), campus.entries(*SPRING_EXAMS)
    came: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for person in visits:
        crams = campus.patrons[person]["archetype"] == "exam_season"
        came[crams] += Counter(term=visits[person], exams=exams[person])
    share = {crams: found["exams"] / found["term"] for crams, found in came.items()}
    assert share[True] > 2 * share[False]


def test_colleges_differ_as_planted(campus: Landing) -> None:
    """Held against what people of the same kinds would have done in a college without an effect."""
    visits, planted = campus.spring_entries(), campus.effects["college_visits"]
    usual: dict[str, float] = defaultdict(float)
    seen: dict[str, int] = defaultdict(int)
    for person in campus.spring_roll():
        truth = campus.patrons[person]
        college = truth["college_after_transfer"]
        usual[college] += campus.effects["archetypes"][truth["archetype"]]["visits"] * truth["vigour"]
        seen[college] += visits[person]
    ratio = {college: seen[college] / usual[college] for college in planted if usual[college] > 100}
    assert len(ratio) >= 11
    assert statistics.correlation(list(ratio.values()), [planted[college] for college in ratio]) > 0.6


def test_the_humanities_borrow_more_than_the_engineers(campus: Landing) -> None:
    people = Counter(row["SSXYMC"] for row in campus.rows("hub/students_20260302.csv", "gb18030"))
    loans = Counter(row["单位"] for row in campus.loans(SPRING))
    humanities, engineers = ("文学与传媒学院", "历史与哲学学院", "外国语学院"), ("机械工程学院", "计算机学院")
    rates = [sum(loans[c] for c in group) / sum(people[c] for c in group) for group in (humanities, engineers)]
    assert rates[0] > 2 * rates[1]


def test_people_read_in_their_own_field(campus: Landing) -> None:
    loans = [row for row in campus.loans() if row["索书号"]]
    share = means((row["单位"], float(row["索书号"].startswith("TP3"))) for row in loans)
    assert share["计算机学院"] > 3 * max(share["历史与哲学学院"], share["文学与传媒学院"], share["法学院"])


def test_lovers_of_the_library_answer_more_often(campus: Landing) -> None:
    visits = campus.spring_entries()
    stated = [re.search(r"\d{12}|\d{8}", row["1、您的学号"]) for row in campus.survey()]
    respondents = [visits[found[0]] for found in stated if found]
    everyone = [visits[person] for person in campus.spring_roll()]
    assert statistics.fmean(respondents) > 1.3 * statistics.fmean(everyone)
    scores = [int(row["8、总体满意度"]) for row in campus.survey() if row["8、总体满意度"].isdigit()]
    assert statistics.fmean(scores) > campus.effects["surveys"]["2026"]["overall_mean_of_everyone"] + 0.05


def test_those_who_chase_the_list_lead_by_loans_and_are_the_only_ones_to_do_as_they_do(campus: Landing) -> None:
    farmers = campus.effects["farmers"]
    assert Counter(farmers.values()) == {"bulk": 2, "late": 2, "passing": 2}
    loans = Counter(row["读者条码"] for row in campus.loans(SPRING))
    leaders = {person for person, _ in loans.most_common(20)}
    assert {person for person, kind in farmers.items() if kind != "passing"} <= leaders
    back_in_an_hour = Counter(
        row["读者条码"]
        for row in campus.loans(SPRING)
        if is_moment(row["借出日期"]) and row["归还日期"] and row["归还日期"][:13] == row["借出日期"][:13]
    )
    assert {person for person, found in back_in_an_hour.items() if found >= 10} == {
        person for person, kind in farmers.items() if kind == "bulk"
    }


def test_two_fifths_consent_to_public_lists_and_a_tenth_of_them_withdraw(campus: Landing) -> None:
    said = campus.rows("consents/*.csv")
    given = {row["学号"]: row["时间"] for row in said if row["意愿"] == "同意"}
    withdrawn = {row["学号"]: row["时间"] for row in said if row["意愿"] == "撤回"}
    assert 0.33 < len(given.keys() & campus.spring_roll()) / len(campus.spring_roll()) < 0.47
    assert 0.04 < len(withdrawn) / len(given) < 0.16
    assert all(given[person] < moment for person, moment in withdrawn.items())
    assert given.keys() <= campus.patrons.keys()


def test_one_trial_adds_what_was_planted_to_those_served_and_to_nobody_else(campus: Landing) -> None:
    planted = campus.effects["trials"]["T1"]
    drawn = [row for row in campus.rows("campaigns/assignments_*.csv") if row["试验编号"].endswith("T1")]
    arm = {row["学工号"]: row["组别"] for row in drawn}
    assert Counter(arm.values()) == {"服务组": planted["served"], "对照组": planted["held_out"]}
    begins = datetime.strptime(drawn[0]["分组时间"], MOMENT)
    window = (f"{begins:%Y-%m-%d}", f"{begins + timedelta(days=28):%Y-%m-%d}")
    watched = [row for row in campus.loans(SPRING) if window[0] < row["借出日期"][:10] <= window[1]]
    gained = [row for row in watched if row["条码号"].endswith("991")]
    others = {row["读者条码"] for row in watched if not row["条码号"].endswith("991")}
    readers = {row["读者条码"] for row in gained}
    assert planted["lift"] == pytest.approx(0.08, abs=0.005)
    assert len(readers) == len(gained) == round(planted["lift"] * planted["served"])
    assert {arm[reader] for reader in readers} == {"服务组"}
    assert not readers & others
    assert all(row["索书号"] for row in gained)


def test_those_called_back_had_not_borrowed_and_many_borrow_again_though_nothing_was_planted(campus: Landing) -> None:
    drawn = [row for row in campus.rows("campaigns/assignments_*.csv") if row["试验编号"].endswith("T3")]
    called, since = {row["学工号"] for row in drawn}, drawn[0]["分组时间"]
    assert campus.effects["trials"]["T3"]["lift"] == 0
    assert {row["组别"] for row in drawn} == {"服务组"}
    gained = {row["读者条码"] for row in campus.loans(SPRING) if row["条码号"].endswith("991")}
    assert not called & gained, "nor were they led to it by another trial"
    loans = [(row["读者条码"], row["借出日期"]) for row in campus.loans(SPRING)]
    before = {reader for reader, moment in loans if "2026-03-02" <= moment < since and is_moment(moment)}
    after = {reader for reader, moment in loans if moment > since and is_moment(moment)}
    assert not called & before
    assert 0.1 < len(called & after) / len(called) < 0.6
