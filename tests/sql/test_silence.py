"""A term of which little came is told apart from one in which little happened: each letter of a drawing is a week.

# 40 records a day | 2 one record on Monday and on Thursday | 1 one on Wednesday | e an event of 30 on Wednesday | . nothing
"""

import datetime as dt

import pytest

from tests.drawn import drawn

FIRST = dt.date(2022, 1, 3)
WEEKS, APART = 20, 24
"""Weeks of a term, and from one term's first day to the next."""
EACH = {"#": [40] * 7, "2": [1, 0, 0, 1], "1": [0, 0, 1], "e": [0, 0, 30], ".": []}
FULL, LOST, TWO = "#" * 20, ".....#..............", "2" * 20


def calendar() -> str:
    days = (
        (FIRST + dt.timedelta(number), f"t{number // (7 * APART)}" if number % (7 * APART) < 7 * WEEKS else "")
        for number in range(3 * 7 * APART)
    )
    lines = (f"{day} | {term} | {day.isoweekday()} | true" for day, term in days)
    return "\n".join(["day | term | weekday | is_open", *lines])


def received(places: dict[str, list[str]]) -> str:
    lines = [
        f"loan | {place} | {FIRST + dt.timedelta(weeks=APART * term + week, days=day)} | {records}"
        for place, terms in places.items()
        for term, drawing in enumerate(terms)
        for week, letter in enumerate(drawing)
        for day, records in enumerate(EACH[letter])
        if records
    ]
    return "\n".join(["feed | place | day | records", *lines])


def measured(build, places: dict[str, list[str]]) -> str:
    """Of each term, whether it is measured: yes or no."""
    known = {"ref__calendar_day": calendar(), "ref__horizon": f"as_of\n{FIRST + dt.timedelta(weeks=3 * APART)}"}
    coverage = build("ref.coverage", ref__received_day=received(places), **known)
    lines = (" | ".join(map(str, row)) for row in coverage.iter_rows())
    table = build(
        "ref.coverage_term",
        ref__site="coverage_floor\n0.8",
        ref__feed="feed | is_expected | is_followed\nloan | true | true",
        ref__coverage="\n".join([" | ".join(coverage.columns), *lines]),
        **known,
    )
    return " ".join("yes" if one else "no" for one in table.sort("term")["is_measured"])


CASES = """
what it is                              | first                | second               | third                | measured
every day of every term                 | #################### | #################### | #################### | yes yes yes
one week came of the second             | #################### | .....#.............. | #################### | yes no yes
a week of each month came               | #################### | #...#...#...#...#... | #################### | yes no yes
three weeks, and a long gap             | #################### | ##........#......... | #################### | yes no yes
one week, and nothing ever after        | #################### | .....#.............. | .................... | yes no no
half of the second came                 | #################### | #####.....#####..... | #################### | yes no yes
two loans a week                        | 22222222222222222222 | 22222222222222222222 | 22222222222222222222 | yes yes yes
two loans a week, one week of a term    | 22222222222222222222 | .....2.............. | 22222222222222222222 | yes no yes
a really quiet term                     | #################### | 22222222222222222222 | #################### | yes yes yes
a still quieter one                     | #################### | 1.11.1.11111.1.1111. | #################### | yes yes yes
a quiet one with nothing for a month    | #################### | 1111....111111111111 | #################### | yes yes yes
an event a month                        | e...e...e...e...e... | ..e...e....e...e...e | e...e.......e...e... | yes yes yes
an event a month, but one in a term     | e...e...e...e...e... | .........e.......... | e...e...e...e...e... | yes yes yes
a week of events in every term          | .....#.............. | .......#............ | ............#....... | no yes yes
it begins in mid-term                   | ..........########## | #################### | #################### | no yes yes
it begins after a week of trial         | .#........########## | #################### | #################### | no yes yes
it begins with a busy week, then events | ...................# | e...e...e...e...e... | .................... | no yes no
"""


@pytest.mark.parametrize("case", drawn(CASES).rows(), ids=lambda case: case[0])
def test_a_term_of_which_little_came_is_not_measured_and_a_quiet_one_is(build, case):
    _, *terms, expected = case
    assert measured(build, {"all": terms}) == expected


def test_a_lost_term_is_not_hidden_by_a_small_place(build):
    assert measured(build, {"main": [FULL, LOST, FULL], "annex": [TWO] * 3}) == "yes no yes"
    assert measured(build, {"main": [FULL] * 3, "annex": [TWO, ".....2..............", TWO]}) == "yes yes yes"
