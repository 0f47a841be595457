"""20,143 loans of a lending library in Paris, 1919–1962, by a preset and a site file alone.

The oracle counts every line of the export; the line keeps one of each seventeen pairs of equal lines.
So the same plain reading is made here of all lines, to be held against the oracle, and of the
different ones, to be held against the warehouse.
"""

import csv
import re
from collections import Counter
from datetime import date
from statistics import median
from typing import Any

import pytest

SITE = """
name: {zh: 莎士比亚书店借书处, en: Shakespeare and Company Lending Library}
timezone: Europe/Paris
unit: {zh: 国籍, en: Nationality}
terms: {calendar_years: [1919, 1962]}
class_scheme: none
sources:
  shakespeare_loans: {}
  shakespeare_members: {}
  shakespeare_borrowers: {}
"""

STATES = ("new", "active", "at_risk", "returning", "dormant", "lapsed")


@pytest.fixture(scope="module")
def paris(told):
    return told("shakespeare_co_loans", "shakespeare", SITE)


@pytest.fixture(scope="module")
def lines(paris) -> list[dict[str, str]]:
    with (paris.export / "loans.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def different(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    return [dict(line) for line in {tuple(line.items()): None for line in lines}]


def plainly(lines: list[dict[str, str]], first_year: int) -> dict[str, Any]:
    """The figures by plain reading; days before ``first_year`` are no days."""
    out, back = ([line[name] for line in lines] for name in ("checked_out", "returned"))
    pairs = [(day(a, first_year), day(b, first_year)) for a, b in zip(out, back, strict=True)]
    lengths = [(b - a).days for a, b in pairs if a and b]
    return {
        "loans": len(lines),
        "members": len({line["member_id"] for line in lines}),
        "items": len({line["item_id"] for line in lines}),  # the oracle counts the unidentified as one
        "no_out": out.count(""),
        "no_return": back.count(""),
        "partial_out": sum(is_partial(text) for text in out),
        "partial_ret": sum(is_partial(text) for text in back),
        "unknown_year_1900_out": sum(text.startswith("1900-") and not is_partial(text) for text in out),
        "both_full": len(lengths),
        "negative": sum(length < 0 for length in lengths),
        "same_day": lengths.count(0),
        "over_365": sum(length > 365 for length in lengths),
        "median_days_nonneg": median(length for length in lengths if length >= 0),
    }


def is_partial(text: str) -> bool:
    return bool(text) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)


def day(text: str, first_year: int) -> date | None:
    known = text and not is_partial(text) and int(text[:4]) >= first_year
    return date.fromisoformat(text) if known else None


def test_the_plain_reading_of_every_line_is_the_oracle_s(paris, lines):
    plain = plainly(lines, first_year=1)
    assert {name: plain[name] for name in plain if name != "unknown_year_1900_out"} == {
        name: paris.oracle[name] for name in plain if name != "unknown_year_1900_out"
    }
    assert len(lines) - len(different(lines)) == paris.oracle["exact_dup_rows"]


def test_the_ledger_accounts_for_every_record(paris):
    rows = paris.rows("select source, records, loaded, duplicates, rejected from ledger.file order by source")
    assert rows == [
        (
            "shakespeare_borrowers",
            paris.oracle["loans"],
            510,
            19631,
            2,
        ),  # each named reader once; two lines name nobody
        ("shakespeare_loans", paris.oracle["loans"], paris.oracle["loans"] - 17, paris.oracle["exact_dup_rows"], 0),
        ("shakespeare_members", 2563, 2563, 0, 0),
    ]


def test_what_was_left_empty_says_why(paris, lines):
    expected = plainly(different(lines), first_year=1919)
    count = "select count(*) from raw.loan where "
    assert paris.number(count + "notes like '%loaned_at:partial_date%'") == expected["partial_out"]
    assert paris.number(count + "notes like '%returned_at:partial_date%'") == expected["partial_ret"]
    assert paris.number(count + "notes like '%loaned_at:implausible%'") == paris.oracle["unknown_year_1900_out"]
    assert (
        paris.number(count + "loaned_at is null and coalesce(notes, '') not like '%loaned_at%'") == expected["no_out"]
    )
    assert (
        paris.number(count + "returned_at is null and coalesce(notes, '') not like '%returned_at%'")
        == expected["no_return"]
    )
    impossible = [
        line for line in different(lines) if not is_partial(line["returned"]) and "0" < line["returned"][:4] < "1919"
    ]
    assert paris.number(count + "notes like '%returned_at:implausible%'") == len(impossible)
    assert (
        sum(line["returned"][:4] != "1900" for line in impossible)
        == paris.oracle["impossible_before_1919_not_1900_ret"]
    )


def test_loans_are_what_their_dates_can_say(paris, lines):
    expected = plainly(different(lines), first_year=1919)
    assert paris.number("select count(*) from clean.loan") == paris.oracle["loans"] - 17
    assert paris.number("select count(*) from clean.loan where status = 'return_before_loan'") == expected["negative"]
    assert paris.number("select count(*) from clean.loan where loan_days = 0") == expected["same_day"]
    assert paris.number("select count(*) from clean.loan where loan_days > 365") == expected["over_365"]
    assert paris.number("select median(loan_days) from clean.loan") == paris.oracle["median_days_nonneg"]
    unnamed = sum(not line["member_id"] for line in different(lines))
    assert paris.number("select count(*) from clean.loan where patron_key is null") == unnamed == 2
    # The oracle counts the unnamed as one more member.
    assert paris.number("select count(distinct patron_key) from clean.loan") == paris.oracle["members"] - 1


def test_portraits_hold_every_member_of_every_year_and_their_loans(paris, lines):
    with (paris.export / "members.csv").open(encoding="utf-8", newline="") as file:
        members = {line["member_id"] for line in csv.DictReader(file)}
    begun = [line for line in different(lines) if day(line["checked_out"], 1919) and line["member_id"] in members]
    in_1926 = [line for line in begun if line["checked_out"].startswith("1926")]
    assert paris.rows("select count(*), sum(loans) from portrait.individual where term = '1926'") == [
        (2567, len(in_1926))
    ]
    assert paris.number("select count(*) from portrait.individual where term = '1926' and loans > 0") == len(
        {line["member_id"] for line in in_1926}
    )
    assert paris.number("select count(*) from portrait.individual where visits is not null") == 0
    assert (
        paris.number("select distinct not_measured from portrait.individual where term = '1926'")
        == "gate:0.00 space:0.00"
    )


def test_a_year_without_a_single_loan_is_not_measured_rather_than_zero(paris, lines):
    quiet = {str(year) for year in range(1920, 1961)} - {
        line["checked_out"][:4] for line in lines if day(line["checked_out"], 1919)
    }
    assert quiet
    assert (
        paris.number(
            "select count(*) from portrait.individual where loans is not null and term in ('" + "','".join(quiet) + "')"
        )
        == 0
    )


def registered(paris) -> set[str]:
    with (paris.export / "members.csv").open(encoding="utf-8", newline="") as file:
        return {line["member_id"] for line in csv.DictReader(file)}


def everyone(paris, lines) -> set[str]:
    """Who has a line in the register, and the four who are known by their loans alone."""
    return registered(paris) | {line["member_id"] for line in lines if line["member_id"]}


@pytest.fixture(scope="module")
def begun(paris, lines) -> list[dict[str, str]]:
    """The different lines of a named reader, lent on a known day of a year that has a portrait."""
    told = {term for (term,) in paris.rows("select distinct term from portrait.individual where loans is not null")}
    return [
        line
        for line in different(lines)
        if line["member_id"] and day(line["checked_out"], 1919) and line["checked_out"][:4] in told
    ]


@pytest.fixture(scope="module")
def readers(paris, lines) -> dict[str, str]:
    """Whom each pseudonym stands for, told by the place of their lines in the export."""
    rows = paris.rows("select patron_key, source_record from raw.loan where patron_key is not null")
    return {key: lines[record - 1]["member_id"] for key, record in rows}


def test_a_pseudonym_stands_for_one_reader_and_one_for_each(paris, lines, readers):
    named = {line["member_id"] for line in lines} - {""}
    # The oracle counts the unnamed as one more member.
    assert len(named) == len(readers) == paris.oracle["members"] - 1
    assert set(readers.values()) == named


def test_no_member_is_lost_not_even_who_is_known_by_their_loans_alone(paris, lines, begun, readers):
    told = {key for (key,) in paris.rows("select patron_key from portrait.career")}
    assert len(told) == len(everyone(paris, lines)) == 2567
    assert set(readers) <= told
    assert len(set(readers.values()) - registered(paris)) == 4, "the control: the register alone would lose them"
    kept = dict(paris.rows("select patron_key, count(*) from clean.loan where patron_key is not null group by all"))
    assert {readers[key]: number for key, number in kept.items()} == Counter(
        line["member_id"] for line in different(lines) if line["member_id"]
    )


def test_loans_in_all_are_the_plain_count_and_account_for_the_oracle_s_total(paris, lines, begun, readers):
    members = everyone(paris, lines)
    plain = Counter(line["member_id"] for line in begun if line["member_id"] in members)
    told = dict(paris.rows("select patron_key, loans_total from portrait.career where loans_total > 0"))
    assert {readers[key]: loans for key, loans in told.items()} == plain
    told_of = {tuple(line.items()) for line in begun}
    untold = [line for line in different(lines) if tuple(line.items()) not in told_of]
    strangers = sum(line["member_id"] not in members for line in begun)
    duplicates = paris.oracle["exact_dup_rows"]
    assert sum(told.values()) + strangers + len(untold) + duplicates == paris.oracle["loans"]
    assert paris.number("select sum(loans) from portrait.individual") == sum(told.values())
    assert paris.number("select sum(loans_total) from portrait.current") == sum(told.values())


def test_the_heaviest_reader_comes_first_and_their_milestones_are_their_loans_in_order(paris, lines, begun, readers):
    most = Counter(line["member_id"] for line in begun).most_common(2)
    assert [number for _, number in Counter(line["member_id"] for line in lines).most_common(2)] == [1477, 1004]
    ranked = paris.rows(
        "select patron_key, loans_total from portrait.career order by loans_total desc nulls last limit 2"
    )
    assert [(readers[key], loans) for key, loans in ranked] == most
    # Three of each one's lines have no whole day.
    assert [loans for _, loans in most] == [1474, 1001]
    for key, _ in ranked:
        days = sorted(
            day(line["checked_out"], 1919)
            for line in different(lines)
            if line["member_id"] == readers[key] and day(line["checked_out"], 1919)
        )
        reached = dict(paris.rows(f"select milestone, reached_on from fact.milestone where patron_key = '{key}'"))
        assert reached.keys() == {"first_loan", "loans_10", "loans_50", "loans_100", "longest_streak"}
        assert [reached[name] for name in ("first_loan", "loans_10", "loans_50", "loans_100")] == [
            days[n] for n in (0, 9, 49, 99)
        ]


def test_every_first_loan_is_the_earliest_day_of_the_export(paris, lines, readers):
    earliest: dict[str, date] = {}
    for line in different(lines):
        lent = day(line["checked_out"], 1919)
        if lent and line["member_id"]:
            earliest[line["member_id"]] = min(lent, earliest.get(line["member_id"], lent))
    first = dict(paris.rows("select patron_key, reached_on from fact.milestone where milestone = 'first_loan'"))
    assert {readers[key]: reached for key, reached in first.items()} == earliest


def test_every_member_has_a_portrait_of_every_year_from_first_to_last(paris, lines):
    """A year in which nothing at all was lent has no portraits: 1954, 1956 and 1959."""
    heard = {line["checked_out"][:4] for line in lines if day(line["checked_out"], 1919)}
    years = [str(year) for year in range(1919, 1962) if str(year) in heard]
    rows = paris.rows(
        "select term, count(*), count(distinct patron_key) from portrait.individual group by all order by all"
    )
    assert rows == [(year, 2567, 2567) for year in years]
    assert paris.rows("select distinct first_term, last_term, terms_in_scope from portrait.career") == [
        (years[0], years[-1], len(years))
    ]


def test_nobody_is_called_active_in_a_year_without_a_loan(paris, begun, readers, lines):
    """Active is whoever was lent something on two days or more, the site's floor."""
    members = everyone(paris, lines)
    days = {(line["member_id"], line["checked_out"]) for line in begun if line["member_id"] in members}
    plain = {pair for pair, number in Counter((reader, lent[:4]) for reader, lent in days).items() if number >= 2}
    told = {state: set() for state in STATES}
    for key, term, state in paris.rows(
        "select patron_key, term, lifecycle_state from fact.lifecycle where lifecycle_state is not null and lifecycle_state <> 'never'"
    ):
        told[state].add((readers[key], term))
    assert told["new"] | told["active"] | told["at_risk"] | told["returning"] == plain
    first = dict(sorted(plain, reverse=True))  # of a reader's years the earliest comes last, and stays
    assert told["new"] == set(first.items())
    assert not (told["dormant"] | told["lapsed"]) & plain
    assert all(year > first[reader] for reader, year in told["dormant"] | told["lapsed"])


def test_what_never_came_is_not_measured_in_any_table_of_a_person(paris):
    for measure in (
        "visits_total",
        "visit_days_total",
        "dwell_hours_total",
        "bookings_total",
        "resource_hours_total",
        "events_total",
        "contribution_hours_total",
        "visit_days_slope",
    ):
        assert paris.number(f"select count({measure}) from portrait.career") == 0, measure
    assert paris.rows("select distinct visits_measured_share, bookings_measured_share from portrait.career") == [(0, 0)]
    assert paris.number("select max(services_measured) from fact.variety") == 1
    assert paris.rows("select distinct milestones_measured from portrait.career") == [(1,)]
    assert {measure for (measure,) in paris.rows("select distinct measure from portrait.distribution")} == {
        "loans",
        "use_index",
    }
    seen = {name for (name,) in paris.rows("select distinct milestone from fact.milestone")}
    assert seen == {"first_loan", "loans_10", "loans_50", "loans_100", "longest_streak"}


def test_a_study_list_names_nobody_who_did_nothing_that_year(paris):
    idle = "from segment.study_list join portrait.individual using (patron_key, term) where active_days = 0"
    assert paris.number(f"select count(*) {idle}") == 0


def test_readers_are_grouped_and_the_model_says_what_it_left_out(paris):
    kinds = {segment for (segment,) in paris.rows("select distinct segment from segment.reader")}
    assert {"no_use", "not_measured"} < kinds
    dropped = paris.rows("select dropped_features from segment.model")
    assert dropped
    assert all("visit_days" in features for (features,) in dropped)


def test_where_the_groups_do_not_hold_still_no_name_is_told(paris):
    """One measure, loans a year, and most members take few: whatever the figures say, the tables follow them."""
    chosen = paris.rows(
        "select is_accepted, stability, jaccard_min, smallest_share, verdict from segment.model where is_chosen"
    )
    assert len(chosen) == 1
    (is_accepted, stability, jaccard, share, verdict) = chosen[0]
    assert is_accepted == (stability >= 0.8 and jaccard >= 0.75 and share >= 0.05)
    named = paris.number("select count(*) from segment.reader where model_version is not null")
    assert (named > 0) == is_accepted == (verdict == "published")


def test_a_report_is_written_for_every_nationality_in_both_languages(paris):
    with (paris.export / "members.csv").open(encoding="utf-8", newline="") as file:
        nationalities = [line["nationality"] for line in csv.DictReader(file)]
    reports = paris.data / "reports"
    groups = {nationality or "未知 unknown" for nationality in nationalities}
    assert (
        len(list(reports.glob("*/*/college.zh.html"))) == len(list(reports.glob("*/*/college.en.html"))) == len(groups)
    )
    french = paris.page("fr", "en")
    assert f"{(nationalities.count('fr') + 2) // 5 * 5} members" in french  # in fives
    assert "20,126" in french
    few = next(name for name in sorted(groups) if 0 < nationalities.count(name) < 10)
    assert "members" not in paris.page(few, "en").partition('class="kicker"')[2].partition("</p>")[0]
    quality = (paris.data / "reports" / "quality.html").read_text(encoding="utf-8")
    assert all(figure in quality for figure in ("20,143", "20,126", "17"))
