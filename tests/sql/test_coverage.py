"""A day without data is told apart from a day without visitors."""

import datetime as dt

from tests.drawn import shown

FIRST = dt.date(2026, 3, 2)


def calendar(days: int) -> str:
    lines = (FIRST + dt.timedelta(number) for number in range(days))
    return "day | term | weekday | is_open\n" + "\n".join(
        f"{day} | spring | {day.isoweekday()} | true" for day in lines
    )


def received(counts: dict[str, list[int]]) -> str:
    rows = [
        f"{feed} | main | {FIRST + dt.timedelta(number)} | {count}"
        for feed, days in counts.items()
        for number, count in enumerate(days)
        if count
    ]
    return "feed | place | day | records\n" + "\n".join(rows)


def test_a_lost_day_a_thin_day_and_a_quiet_feed(build):
    table = build(
        "ref.coverage",
        ref__calendar_day=calendar(5),
        ref__horizon="as_of\n2026-03-06",
        ref__received_day=received({"gate": [100, 0, 10, 90, 110], "loan": [2, 0, 1, 0, 3]}),
    )
    assert shown(table, "feed", "day", "status") == {
        ("gate", "2026-03-02", "ok"),
        ("gate", "2026-03-03", "none"),
        ("gate", "2026-03-04", "partial"),  # 10 of a usual 90
        ("gate", "2026-03-05", "ok"),
        ("gate", "2026-03-06", "ok"),
        *(("loan", f"2026-03-0{day}", "ok") for day in range(2, 7)),
    }


def test_a_term_is_measured_from_the_site_s_floor_on(build):
    days = [(number, "ok" if number != 3 else "none") for number in range(5)]
    lines = "\n".join(f"gate | main | {FIRST + dt.timedelta(n)} | 9 | {status}" for n, status in days)
    table = build(
        "ref.coverage_term",
        ref__site="coverage_floor\n0.8",
        ref__feed="feed | is_expected | is_followed\ngate | true | true\nspace | true | true\nsurvey | true | false\nevent | false | true",
        ref__calendar_day=calendar(5),
        ref__horizon="as_of\n2026-03-06",
        ref__coverage=f"feed | place | day | typical_records | status\n{lines}",
    )
    assert shown(table, "feed", "open_days", "covered_days", "coverage", "is_measured") == {
        ("gate", "5", "4", "0.8", "true"),
        ("space", "5", "0", "0.0", "false"),
    }
