"""Each export of the demo campus has the shape and the faults of the system it comes from."""

import csv
import itertools
import re
import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.demo_campus import make_campus
from tests.pipelines.demo_landing import AUTUMN, MOMENT, SPRING, Landing, is_moment, make_landing, silent


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return make_landing(tmp_path_factory)


# the hub and the card office


def test_the_hub_writes_the_national_encoding_with_windows_line_ends(campus: Landing) -> None:
    content = (campus.out / "hub/students_20250901.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    text = content.decode("gb18030")
    assert text.count("\n") == text.count("\r\n") > 600
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")  # a name needs a letter that the older encoding does not have


def test_odd_names_arrive_whole(campus: Landing) -> None:
    names = {row["XM"] for row in campus.rows("hub/students_*.csv", "gb18030")}
    assert {'Ivy "Test" Placeholder', "Sample, Anna-Maria", "Nora O'Sample", "王𠮷示"} <= names


def test_identifiers_can_belong_to_nobody(campus: Landing) -> None:
    people = campus.rows("hub/students_*.csv", "gb18030")
    assert all(re.fullmatch(r"100\d{8}", row["SJH"]) for row in people)
    assert all(re.fullmatch(r"999999\d{11}[\dX]", row["SFZJH"]) for row in people)
    assert all(row["DZYX"].endswith("@stu.example.edu") for row in people)
    assert all(re.fullmatch(r"20\d{2}[123](0[1-9]|1[0-2])\d{5}", row["XH"]) for row in people)
    assert all(re.fullmatch(r"000\d{5}", row["GH"]) for row in campus.rows("hub/staff_*.csv", "gb18030"))


def test_levels_have_their_shares_and_one_college_is_tiny(campus: Landing) -> None:
    roll = [row for row in campus.rows("hub/students_20260302.csv", "gb18030") if row["XSDQZTM"] in ("01", "05")]
    levels = Counter(row["PYCCM"] for row in roll)
    shares = [levels[code] / campus.made.patrons for code in ("3", "2", "1")]
    assert shares == pytest.approx([0.62, 0.26, 0.07], abs=0.04)
    colleges = Counter(row["SSXYMC"] for row in roll)
    assert len(colleges) == 12
    assert 8 <= colleges["未来技术研究院"] <= 15


def test_graduates_are_listed_once_and_never_come_again(tmp_path: Path) -> None:
    make_campus(300, 4, 5, tmp_path, None, silent)
    listed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(tmp_path.glob("hub/students_*.csv")):
        with path.open(encoding="gb18030", newline="") as file:
            for row in csv.DictReader(file):
                listed[row["XH"]].append((path.stem, row["XSDQZTM"]))
    gone = [times for times in listed.values() if any(status in ("07", "03") for _, status in times)]
    assert len(gone) > 50
    assert all(times[-1][1] in ("07", "03") for times in gone)
    assert all(status not in ("07", "03") for times in listed.values() for _, status in times[:-1])


def test_a_replaced_card_ends_when_its_successor_begins(campus: Landing) -> None:
    cards = defaultdict(list)
    for row in campus.rows("hub/cards_20260712.csv"):
        assert re.fullmatch(r"00\d{8}", row["卡号"])
        assert len(row["学工号"]) == 16
        cards[row["学工号"].strip()].append(row)
    replaced = {person: rows for person, rows in cards.items() if len(rows) == 2}
    assert 0.03 < len(replaced) / len(cards) < 0.09
    assert all(old["停用时间"] == new["启用时间"] and old["状态"] == "挂失" for old, new in replaced.values())
    ends = {old["卡号"]: datetime.strptime(old["停用时间"], MOMENT) for old, _ in replaced.values()}
    begins = {new["卡号"]: datetime.strptime(new["启用时间"], MOMENT) for _, new in replaced.values()}
    seen = [(card, moment) for card, _, moment, _ in campus.swipes() if moment.year > 1970]
    assert any(card in ends for card, _ in seen)
    assert all(moment <= ends[card] + timedelta(seconds=20) for card, moment in seen if card in ends)
    assert all(moment >= begins[card] - timedelta(seconds=20) for card, moment in seen if card in begins)


# circulation


def test_loans_begin_with_a_byte_order_mark_and_end_with_short_records(campus: Landing) -> None:
    for term in (AUTUMN, SPRING):
        path = campus.out / f"circulation/loans_{term}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            widths = Counter(len(record) for record in csv.reader(file))
        assert set(widths) == {13, 12}
        assert widths[12] == 2


def test_an_open_loan_comes_again_once_with_its_return(campus: Landing) -> None:
    first, second = (
        {(row["读者条码"], row["条码号"], row["借出日期"]): row["归还日期"] for row in campus.loans(term)}
        for term in (AUTUMN, SPRING)
    )
    still_out = {key for key, returned in first.items() if not returned}
    again = first.keys() & second.keys()
    assert len(again) > 50
    assert again <= still_out
    assert all(second[key] > "2026-01-19" for key in again)
    assert len(again) > 0.9 * len(still_out)  # the rest is never brought back, or its date was misread


def test_a_few_loans_are_repeated_misread_or_not_a_persons(campus: Landing) -> None:
    loans = campus.loans()
    lines = Counter(tuple(row.values()) for row in loans)
    assert 0 < sum(times - 1 for times in lines.values()) < 0.005 * len(loans)
    misread = [row for row in loans if not is_moment(row["借出日期"])]
    assert 0 < len(misread) < 0.01 * len(loans)
    others = {row["读者条码"] for row in loans} - campus.patrons.keys()
    assert others <= {"ILL001", "ILL002", "TEST01", "GROUP03"}
    assert others


def test_no_copy_is_out_twice_and_no_book_comes_back_before_it_went(campus: Landing) -> None:
    spans: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in campus.loans(AUTUMN) + campus.loans(SPRING):
        if is_moment(row["借出日期"]) and row["归还日期"]:
            spans[row["条码号"]].add((row["借出日期"], row["归还日期"]))
    assert all(begun < ended for times in spans.values() for begun, ended in times)
    ordered = [sorted(times) for times in spans.values() if len(times) > 1]
    assert all(one[1] <= other[0] for times in ordered for one, other in itertools.pairwise(times))


def test_loans_have_a_long_tail_and_most_people_have_none(campus: Landing) -> None:
    begun = Counter(row["读者条码"] for row in campus.loans(SPRING) if row["借出日期"] > "2026-03")
    roll = campus.spring_roll()
    loans = [begun[person] for person in roll]
    assert 0.4 <= loans.count(0) / len(loans) <= 0.7
    assert 1.5 < statistics.fmean(loans) < 6
    assert max(loans) > 10 * statistics.fmean(loans)
    assert sum(sorted(loans)[-len(loans) // 10 :]) > 0.4 * sum(loans)


# bookings


def test_bookings_have_their_odd_dates_and_places(campus: Landing) -> None:
    rows = campus.rows("space/seats_*.csv")
    assert all(re.fullmatch(r"\d{4}-[1-9]\d?-[1-9]\d?", row["date"]) for row in rows)
    assert any(re.fullmatch(r"\d{4}-\d-\d", row["date"]) for row in rows)
    place = r"(总馆|工学馆)([2-6])层(\2[A-D]区\d{1,3}号|研讨间\2\d{2})"
    assert all(re.fullmatch(place, row["loc"]) for row in rows)
    assert all(row["begin"] < row["end"] <= "22:30" for row in rows)
    assert all(bool(row["actualBegin"]) == (row["stat"] == "COMPLETE") for row in rows)
    assert all(row["actualBegin"] < row["actualEnd"] for row in rows if row["stat"] == "COMPLETE")


def test_what_is_reserved_at_the_export_turns_out_in_the_next(campus: Landing) -> None:
    first, second = (campus.rows(f"space/seats_{term}.csv") for term in (AUTUMN, SPRING))
    reserved = {row["id"]: row for row in first if row["stat"] == "RESERVE"}
    later = {row["id"]: row for row in second if row["id"] in reserved}
    assert reserved
    assert all(row["date"] == "2026-1-18" and row["begin"] >= "18:00" for row in reserved.values())
    assert {row["stat"] for row in later.values()} == {"COMPLETE"}
    assert later.keys() == reserved.keys()
    ids = [row["id"] for row in first + second]
    assert len(ids) - len(set(ids)) == len(reserved)


def test_no_seat_is_used_by_two_at_a_time(campus: Landing) -> None:
    used = defaultdict(list)
    for row in campus.rows("space/seats_*.csv"):
        if row["stat"] == "COMPLETE":
            used[row["loc"], row["date"]].append((row["begin"], row["end"]))
    for times in used.values():
        times.sort()
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(times))


# the survey


def test_the_survey_looks_like_an_export_of_its_site(campus: Landing) -> None:
    rows = campus.survey()
    assert list(rows[0])[:7] == ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的学号"]
    assert 0.09 < len(rows) / campus.made.patrons < 0.16
    assert all(re.fullmatch(r"2026/5/\d+ \d\d:\d\d:\d\d", row["提交答卷时间"]) for row in rows)
    assert all(re.fullmatch(r"\d+秒", row["所用时间"]) for row in rows)
    assert {row["8、总体满意度"] for row in rows} <= {"1", "2", "3", "4", "5", "(空)", "(跳过)"}
    assert any("┋" in row["9、最想改进"] for row in rows)
    stated = [re.search(r"\d{12}|\d{8}", row["1、您的学号"]) for row in rows]
    assert 0.55 < sum(found is not None for found in stated) / len(rows) < 0.85
    assert {found[0] for found in stated if found} <= campus.patrons.keys()
