"""Electronic resources by person and by institution, and figures that were counted elsewhere."""

from tests.drawn import shown

LINES = """
    patron_key | accessed_at         | host       | status | bytes | kind
    ann        | 2026-03-02 10:00:00 | cnki.net   | 200    | 10    | page
    ann        | 2026-03-02 10:00:00 | cnki.net   | 200    | 30    | page
    ann        | 2026-03-02 10:09:59 | cnki.net   | 200    | 99    | document
    ann        | 2026-03-02 10:10:00 | ieee.org   | 304    | 0     | page
    ann        | 2026-03-02 11:30:00 | ieee.org   | 404    | 7     | page
    ann        | 2026-03-02 12:00:00 | ieee.org   | 100    | 7     | page
    ann        | 2026-03-09 12:00:00 | jstor.org  |        |       | document
    ann        | 2026-03-09 13:00:00 | login.edu  | 200    | 7     | login
    ann        | 2026-03-09 12:01:00 | images.net | 200    | 7     | asset
    card1      | 2026-03-02 10:00:00 | cnki.net   | 200    | 10    | page
               | 2026-03-02 10:00:00 | cnki.net   | 200    | 10    | page
"""
CARDS = """
    identifier_key | patron_key | valid_from          | valid_to
    card1          | bo         | 2025-09-01 00:00:00 | 9999-12-31 00:00:00
"""
TERM = "day | term\n2026-03-02 | spring\n2026-03-09 | spring"


def as_text(table) -> str:
    heading = " | ".join(table.columns)
    lines = (" | ".join("" if cell is None else str(cell) for cell in row) for row in table.iter_rows())
    return "\n".join([heading, *lines])


def test_only_what_was_answered_is_an_access_and_a_card_leads_to_its_person(build):
    table = build("clean.resource_access", raw__resource_access=LINES, clean__patron_identifier=CARDS)
    assert shown(table, "patron_key", "accessed_at", "host", "requests", "bytes") == {
        ("ann", "2026-03-02 10:00:00.000000", "cnki.net", "2", "40"),
        ("ann", "2026-03-02 10:09:59.000000", "cnki.net", "1", "99"),
        ("ann", "2026-03-02 10:10:00.000000", "ieee.org", "1", "0"),
        ("ann", "2026-03-09 12:00:00.000000", "jstor.org", "1", None),
        ("ann", "2026-03-09 12:01:00.000000", "images.net", "1", "7"),
        ("ann", "2026-03-09 13:00:00.000000", "login.edu", "1", "7"),
        ("bo", "2026-03-02 10:00:00.000000", "cnki.net", "1", "10"),
        (None, "2026-03-02 10:00:00.000000", "cnki.net", "1", "10"),
    }


def test_a_line_that_two_files_of_a_log_hold_is_one(build):
    table = build(
        "clean.resource_access",
        clean__patron_identifier=CARDS,
        raw__resource_access="""
        patron_key | accessed_at         | host     | status | bytes | kind     | source_file
        ann        | 2026-03-02 10:00:00 | cnki.net | 200    | 10    | page     | week
        ann        | 2026-03-02 10:00:00 | cnki.net | 200    | 30    | page     | week
        ann        | 2026-03-02 10:00:00 | cnki.net | 200    | 10    | page     | day
        ann        | 2026-03-02 10:00:00 | cnki.net | 200    | 30    | page     | day
        ann        | 2026-03-02 10:00:00 | cnki.net | 404    | 50    | page     | month
        ann        | 2026-03-02 10:00:01 | cnki.net | 200    | 10    | page     | week
        card1      | 2026-03-02 10:00:00 | cnki.net | 200    | 5     | document | day
        bo         | 2026-03-02 10:00:00 | cnki.net | 200    | 7     | document | day
                   | 2026-03-02 10:00:00 | cnki.net | 200    | 1     | page     | week
                   | 2026-03-02 10:00:00 | cnki.net | 200    | 1     | page     | day
        """,
    )
    assert shown(table, "patron_key", "accessed_at", "kind", "requests", "bytes") == {
        ("ann", "2026-03-02 10:00:00.000000", "page", "2", "40"),
        ("ann", "2026-03-02 10:00:01.000000", "page", "1", "10"),
        ("bo", "2026-03-02 10:00:00.000000", "document", "2", "12"),
        (None, "2026-03-02 10:00:00.000000", "page", "1", "1"),
    }


def test_hours_are_stretches_of_ten_minutes_and_silence_is_told_from_an_outage(build):
    access = as_text(build("clean.resource_access", raw__resource_access=LINES, clean__patron_identifier=CARDS))
    months = build("fact.resource_month", clean__resource_access=access, ref__calendar_day=TERM)
    # 10:00–10:09 twice over, 10:10, and 12:00 a week later; logging in is no use.
    assert shown(months, "patron_key", "ten_minute_stretches", "resource_days", "documents") == {
        ("ann", "3", "2", "2"),
        ("bo", "1", "1", "0"),
    }
    hosts = build("fact.resource_host", clean__resource_access=access, ref__calendar_day=TERM)
    table = build(
        "fact.e_resource",
        fact__roster="patron_key | term\nann | spring\nbo | spring\ncy | spring\nann | autumn",
        ref__coverage_term="feed | term | is_measured\ne_resource | spring | true\ne_resource | autumn | false",
        fact__resource_month=as_text(months),
        fact__resource_host=as_text(hosts),
    )
    assert shown(table, "patron_key", "term", "resource_hours", "resource_days", "resource_hosts") == {
        ("ann", "spring", "0.5", "2", "3"),
        ("bo", "spring", str(1 / 6), "1", "1"),
        ("cy", "spring", "0.0", "0", "0"),
        ("ann", "autumn", None, None, None),
    }


def usage(*lines: str) -> str:
    heading = "source_file | source_record | report | release | platform | title | access_method | metric | month | usage_count | period_total"
    return "\n".join([heading, *lines])


def test_months_that_do_not_add_up_to_their_total_are_marked(build):
    table = build(
        "clean.resource_usage",
        raw__resource_usage=usage(
            "a | 1 | TR | 5.1 | P | Right | Regular | Total_Item_Requests | 2026-01-01 | 3 | 7",
            "a | 1 | TR | 5.1 | P | Right | Regular | Total_Item_Requests | 2026-02-01 | 4 | 7",
            "a | 2 | TR | 5.1 | P | Wrong | Regular | Total_Item_Requests | 2026-01-01 | 3 | 8",
            "a | 2 | TR | 5.1 | P | Wrong | Regular | Total_Item_Requests | 2026-02-01 | 4 | 8",
            "a | 3 | TR | 5.1 | P | None  | Regular | Total_Item_Requests | 2026-01-01 | 5 |",
            "a | 4 | TR | 5.1 | P | Mined | TDM     | Total_Item_Requests | 2026-01-01 | 9 | 9",
        ),
    )
    assert shown(table, "title", "month", "usage_count", "is_total_right") == {
        ("Right", "2026-01-01", "3", "true"),
        ("Right", "2026-02-01", "4", "true"),
        ("Wrong", "2026-01-01", "3", "false"),
        ("Wrong", "2026-02-01", "4", "false"),
        ("None", "2026-01-01", "5", None),
    }
    assert set(table["releases_in_file"]) == {1}


def test_overlapping_files_do_not_double_a_month_and_kinds_of_access_are_added(build):
    table = build(
        "clean.resource_usage",
        raw__resource_usage=usage(
            "half | 1 | TR | 5 | P | T | Regular | Total_Item_Requests | 2026-01-01 | 3 |",
            "half | 2 | TR | 5 | P | T | Regular | Total_Item_Requests | 2026-01-01 | 2 |",
            "year | 1 | TR | 5 | P | T | Regular | Total_Item_Requests | 2026-01-01 | 4 |",
            "year | 2 | TR | 5 | P | T | Regular | Total_Item_Requests | 2026-01-01 | 2 |",
        ),
    )
    assert table["usage_count"].to_list() == [6]


def test_a_file_that_mixes_releases_breaks_a_check(build, models):
    rule = models["clean.resource_usage"].checks["no_file_mixes_releases"]
    assert rule == "releases_in_file = 1"
    table = build(
        "clean.resource_usage",
        raw__resource_usage=usage(
            "a | 1 | TR | 5   | P | T | Regular | Unique_Item_Requests | 2026-01-01 | 3 |",
            "a | 2 | TR | 5.1 | P | T | Regular | Unique_Item_Requests | 2026-01-01 | 4 |",
        ),
    )
    assert set(table["releases_in_file"]) == {2}


def test_neither_releases_nor_reports_are_added(build):
    table = build(
        "fact.resource_usage_month",
        clean__resource_usage="""
        report | platform | title | metric               | month      | release | usage_count | is_total_right
        PR     | P        |       | Unique_Item_Requests | 2026-01-01 | 5.1     | 50          | true
        TR     | P        | one   | Unique_Item_Requests | 2026-01-01 | 5.1     | 30          | true
        TR     | P        | two   | Unique_Item_Requests | 2026-01-01 | 5.1     | 15          | false
        TR     | P        | one   | Unique_Item_Requests | 2026-01-01 | 5       | 8           |
        TR     | P        | two   | Unique_Item_Requests | 2026-01-01 | 5       | 9           | false
        """,
    )
    assert shown(table, "release", "report", "usage_count", "is_total_right") == {
        ("5.1", "PR", "50", "true"),
        ("5", "TR", "17", "false"),
    }


def test_a_suppressed_figure_is_neither_zero_nor_left_out(build):
    table = build(
        "clean.published_count",
        raw__published_count="""
        place | measure | period_start | reported_count | suppression | source_file
        bath  | issues  | 2020-01-01   |                | suppressed  | a
        bath  | visits  | 2020-01-01   | 0              | suppressed  | a
        bath  | members | 2020-01-01   | 0              | exact       | a
        bath  | items   | 2020-01-01   | 120            | rounded     | a
        bath  | items   | 2020-01-01   | 117            | exact       | b
        bath  | events  | 2020-01-01   |                | exact       | a
        """,
    )
    assert shown(table, "measure", "reported_count", "suppression") == {
        ("issues", None, "suppressed"),
        ("visits", None, "suppressed"),
        ("members", "0.000", "exact"),  # a zero that was counted stays one
        ("items", "117.000", "exact"),
    }
