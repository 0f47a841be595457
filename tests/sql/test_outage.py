"""A month in which a feed was silent is not measured, from the day to the report; and what never came is not missed."""

import datetime as dt

import polars as pl
import pytest

from tests.drawn import shown

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 6, 30)
DAYS = [FIRST + dt.timedelta(number) for number in range((LAST - FIRST).days + 1)]
SITE = "coverage_floor\n0.8"
FEEDS = """
feed    | is_expected | is_followed
gate    | true        | true
loan    | true        | true
survey  | true        | false
counter | false       | true
event   | false       | true
"""
HORIZON = f"as_of\n{LAST}"


def calendar() -> str:
    lines = (f"{day} | spring | {day.isoweekday()} | true" for day in DAYS)
    return "\n".join(["day | term | weekday | is_open", *lines])


def received(silent: set[int], feed: str = "gate", each: int = 100, every: int = 1) -> str:
    """So many records on every n-th day, but none in the silent months."""
    heard = (day for number, day in enumerate(DAYS) if number % every == 0 and day.month not in silent)
    return "\n".join(["feed | place | day | records", *(f"{feed} | main | {day} | {each}" for day in heard)])


def text(table: pl.DataFrame) -> str:
    lines = (" | ".join("" if cell is None else str(cell) for cell in row) for row in table.iter_rows())
    return "\n".join([" | ".join(table.columns), *lines])


def told(build, table: str, came: str) -> pl.DataFrame:
    known = {"ref__calendar_day": calendar(), "ref__horizon": HORIZON, "ref__received_day": came}
    coverage = text(build("ref.coverage", **known))
    return build(table, ref__site=SITE, ref__feed=FEEDS, ref__coverage=coverage, **known)


def months(build, came: str, feed: str = "gate") -> list[bool]:
    table = told(build, "ref.coverage_month", came).filter(pl.col("feed") == feed).sort("month")
    return table["is_measured"].to_list()


@pytest.mark.parametrize("silent", [{4}, {5}, {4, 5}, {3, 4, 5}])
def test_an_outage_of_a_month_and_more_is_not_measured_month_by_month(build, silent):
    # The days before the first record are missed as well: nobody knows that the gates were not there yet.
    assert months(build, received(silent)) == [month not in silent for month in (3, 4, 5, 6)]


@pytest.mark.parametrize("each", [100, 2])
def test_a_busy_place_and_a_quiet_one_are_missed_alike(build, each):
    assert months(build, received({4}, each=each)) == [True, False, True, True]


def test_a_feed_that_is_silent_on_most_days_is_not_in_an_outage(build):
    assert months(build, received({4}, feed="event", each=30, every=14), "event") == [True, True, True, True]


def test_the_term_of_an_outage_month_is_not_measured_below_the_floor(build):
    def term(silent: set[int]) -> set[tuple[str | None, ...]]:
        table = told(build, "ref.coverage_term", received(silent)).filter(pl.col("feed") == "gate")
        return shown(table, "open_days", "covered_days", "is_measured")

    assert term({4}) == {("122", "92", "false")}
    assert term(set()) == {("122", "122", "true")}


def test_an_outage_of_most_of_a_term_is_not_hidden_by_small_places(build):
    busy = [line for line in received({4, 5}).splitlines() if not "2026-06-01" <= line.split(" | ")[-2] <= "2026-06-20"]
    quiet = [f"gate | annex | {day} | 3" for day in DAYS]
    assert months(build, "\n".join([*busy, *quiet])) == [True, False, False, False]


def test_what_never_came_is_missed_only_where_it_is_expected(build):
    for table in ("ref.coverage_term", "ref.coverage_month"):
        assert set(told(build, table, received(set()))["feed"]) == {"gate", "loan"}
        assert set(told(build, table, received(set(), feed="counter"))["feed"]) == {"gate", "loan", "counter"}


def test_days_of_every_feed_are_received(build):
    table = build(
        "ref.received_day",
        raw__gate_event="building | passed_at\nmain | 2026-03-02 08:00:00\nmain | 2026-03-02 09:00:00",
        raw__visit_summary="building | entered_at\nmain | 2026-03-02 08:00:00\nlaw | 2026-03-02 08:00:00",
        raw__loan="item_key | loaned_at\ni1 | 2026-03-02 08:00:00\ni2 |",
        raw__loan_event="""
        item_key | event  | happened_at
        i3       | loan   | 2026-03-02 08:00:00
        i3       | return | 2026-03-04 08:00:00
        """,
        raw__count_reading="place | taken_at\nmain | 2026-03-02 08:00:00",
        raw__resource_access="host | accessed_at\ncnki.net | 2026-03-02 08:00:00",
        raw__event_attendance="""
        event_key | attendance | starts_at
        past      | attended   | 2026-03-02 08:00:00
        to_come   | registered | 2026-09-02 08:00:00
        """,
        raw__consultation="consultation_key | opened_at\nc | 2026-03-02 08:00:00",
        raw__contribution="role | served_on\nvolunteer | 2026-03-02",
    )
    assert shown(table, "feed", "place", "day", "records") == {
        ("gate", "main", "2026-03-02", "3"),
        ("gate", "law", "2026-03-02", "1"),
        ("loan", "all", "2026-03-02", "2"),  # a return is no sign that loans were logged
        ("counter", "main", "2026-03-02", "1"),
        ("e_resource", "all", "2026-03-02", "1"),
        ("event", "all", "2026-03-02", "1"),  # an event still to come does not move the horizon
        ("consultation", "all", "2026-03-02", "1"),
        ("contribution", "all", "2026-03-02", "1"),
    }


def test_the_hours_of_a_week_are_told_of_measured_months_only(build):
    mondays = [day for day in DAYS if day.isoweekday() == 1]
    seen = "\n".join(f"ann | {day} | {day} 10:00:00" for day in mondays if day.month != 4)
    stray = "\nann | 2026-04-06 | 2026-04-06 11:00:00"

    def hours(measured: dict[int, str]) -> set[tuple[str | None, ...]]:
        lines = (f"gate | 2026-{month:02}-01 | {is_measured}" for month, is_measured in measured.items())
        table = build(
            "report.hour",
            ref__calendar_day=calendar(),
            ref__coverage_month="\n".join(["feed | month | is_measured", *lines]),
            report__college=f"college | term | first_day | last_day\n文学院 | spring | {FIRST} | {LAST}",
            fact__roster="patron_key | term | college\nann | spring | 文学院",
            clean__visit=f"patron_key | service_date | entered_at\n{seen}{stray}",
        )
        return shown(table.with_columns(pl.col("visits_per_week").round(6)), "weekday", "hour", "visits_per_week")

    # 14 Mondays in the 92 days of March, May and June: one visit on each.
    assert hours({3: "true", 4: "false", 5: "true", 6: "true"}) == {("1", "10", str(round(14 / (92 / 7), 6)))}
    # The negative control: with April counted the same habit looks a quarter weaker, and a stray hour appears.
    april = hours({3: "true", 4: "true", 5: "true", 6: "true"})
    assert april == {("1", "10", str(round(14 / (122 / 7), 6))), ("1", "11", str(round(1 / (122 / 7), 6)))}
    assert hours(dict.fromkeys((3, 4, 5, 6), "false")) == set()


def test_a_portrait_names_the_feeds_it_misses_but_not_the_counters_that_know_nobody(build, models):
    facts = {table for table in models["portrait.individual"].reads if table.startswith("fact.")}
    one = "patron_key | term\nann | spring"
    table = build(
        "portrait.individual",
        **{fact.replace(".", "__"): one for fact in facts},
        ref__coverage_term="""
        feed       | term   | coverage | is_measured
        counter    | spring | 0.5      | false
        e_resource | spring | 0.75     | false
        gate       | spring | 0.9      | true
        loan       | spring | 0        | false
        """,
    )
    assert table["not_measured"].to_list() == ["e_resource:0.75 loan:0.00"]
