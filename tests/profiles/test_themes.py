"""Comments are known by the library's own words, several themes at a time, and leave as numbers of persons."""

from math import sqrt
from pathlib import Path

import polars as pl
import pytest

from profiles.themes import OTHER, Matcher, count_themes, wilson

WORDS = pl.read_csv(Path(__file__).parents[2] / "data" / "reference" / "theme.csv")
COMMENTS = (
    ("希望多一些插座", {"environment"}),
    ("考试周能否延长开放？", {"hours"}),
    ("研讨间总是约不到", {"seats"}),
    ("很好，谢谢老师们", {"staff"}),
    ("外文书可以再多一点", {"collections"}),
    ("有人占座不来，建议管理", {"seats", "rules"}),
    ("校外访问数据库有时打不开", {"remote_access", "e_resources"}),
    ("Longer hours, please", {"hours"}),
    ("座位太少了，空调又冷", {"seats", "environment"}),
    ("通宵自习室什么时候开", {"hours", "seats"}),
    ("知网在家访问不了", {"e_resources", "remote_access"}),
    ("小程序经常闪退", {"systems"}),
    ("WiFi信号差", {"systems"}),
    ("ＷＩＦＩ太慢", {"systems"}),
    ("借期太短，续借次数也少", {"rules"}),
    ("逾期罚款不合理", {"rules"}),
    ("多办一些讲座和培训", {"training"}),
    ("前台工作人员态度不好", {"staff"}),
    ("新书上架慢", {"collections"}),
    ("厕所需要打扫", {"environment"}),
    ("食堂的饭不好吃", {OTHER}),
    ("一切都好", {OTHER}),
    ("无", set()),
    ("没有。", set()),
    ("N/A", set()),
    ("  ", set()),
    ("The air conditioning is too cold", {"environment"}),
    ("Not enough desks and power outlets", {"seats", "environment"}),
    ("I cannot reach the databases from home", {"e_resources", "remote_access"}),
    ("Please buy more textbooks", {"collections"}),
    ("Librarians are friendly", {"staff"}),
    ("The VPN keeps failing", {"remote_access"}),
    ("More workshops on information literacy", {"training"}),
    ("Fines are too high", {"rules"}),
    ("The printer is broken", {"systems"}),
    ("ebooks are hard to find", {"e_resources"}),
    ("Facebook page is dull", {OTHER}),
    ("I like it here", {OTHER}),
    ("My name is Price Desk and all is well", {OTHER}),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.of(WORDS)


@pytest.mark.parametrize(("text", "themes"), COMMENTS)
def test_a_comment_is_about(matcher: Matcher, text: str, themes: set[str]) -> None:
    assert matcher.themes(text) == themes


def test_of_overlapping_words_the_longest_counts() -> None:
    """The control: without the longer word, the shorter one is found in it."""
    words = pl.DataFrame({"theme": ["books", "systems"], "language": ["zh", "zh"], "word": ["书", "书目系统"]})
    assert Matcher.of(words).themes("书目系统坏了") == {"systems"}
    assert Matcher.of(words.head(1)).themes("书目系统坏了") == {"books"}


def test_a_word_may_belong_to_two_themes() -> None:
    words = pl.DataFrame({"theme": ["a", "b"], "language": ["en", "en"], "word": ["Seat booking", "seat booking"]})
    assert Matcher.of(words).themes("SEAT  booking fails") == {"a", "b"}


def test_no_words_leave_everything_other() -> None:
    assert Matcher.of(WORDS.head(0)).themes("座位") == {OTHER}


RESPONSES = pl.DataFrame(
    {
        "survey": ["w1"] * 4,
        "response_key": ["1", "2", "3", "4"],
        "level_group": ["undergraduate", "undergraduate", "staff", None],
        "college": ["law", "law", "arts", "arts"],
        "segment": [None, None, None, "light"],
    }
)


def test_persons_are_counted_once_for_each_theme() -> None:
    """1 writes of seats twice, 2 of seats and hours, 3 nothing that is known, 4 nothing; 9 is no response that counts."""
    said = [("1", "座位少"), ("1", "占座多"), ("2", "座位少，延长开放"), ("3", "很好"), ("4", "无"), ("9", "座位少")]
    comments = pl.DataFrame(
        [("w1", key, "text", text) for key, text in said],
        ["survey", "response_key", "facet", "answer_text"],
        orient="row",
    )
    counted = count_themes(comments, RESPONSES, WORDS)
    told = counted.select("group_type", "group_code", "theme", "persons", "commenters").rows()
    assert told == [
        ("cohort", "everyone", "hours", 1, 3),
        ("cohort", "everyone", "other", 1, 3),
        ("cohort", "everyone", "seats", 2, 3),
        ("cohort", "staff", "other", 1, 1),
        ("cohort", "undergraduate", "hours", 1, 2),
        ("cohort", "undergraduate", "seats", 2, 2),
        ("college", "arts", "other", 1, 1),
        ("college", "law", "hours", 1, 2),
        ("college", "law", "seats", 2, 2),
    ]
    assert counted["share"][2] == pytest.approx(2 / 3)


def test_texts_never_leave() -> None:
    comments = pl.DataFrame({"survey": "w1", "response_key": "1", "facet": "text", "answer_text": "窗边的座位少"})
    counted = count_themes(comments, RESPONSES, WORDS)
    assert "窗边" not in counted.write_csv()
    assert len(counted)


def test_no_comments_make_no_rows() -> None:
    comments = pl.DataFrame(schema=dict.fromkeys(["survey", "response_key", "facet", "answer_text"], pl.String))
    assert count_themes(comments, RESPONSES, WORDS).is_empty()


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (3, 10), (0, 40), (40, 40), (50, 100)])
def test_wilson_solves_its_equation(hits: int, n: int) -> None:
    """Each end p is where the share lies 1.96 standard errors of p away: |share − p| = 1.96 √(p (1 − p) / n)."""
    for end in wilson(hits, n):
        assert abs(hits / n - end) == pytest.approx(1.96 * sqrt(end * (1 - end) / n), abs=1e-7)
