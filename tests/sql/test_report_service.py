"""A college's services: how many need each, whether anybody was turned to, and a reason only where enough have it."""

from tests.drawn import shown

TABLES = {
    "report__college": """
        college | term
        law     | spring
        arts    | spring
    """,
    "ref__site": """
        small_cell
        2
    """,
    "ref__calendar_day": """
        day        | term
        2026-03-02 | spring
        2025-10-08 | autumn
    """,
    "fact__roster": """
        patron_key | term   | college
        ann        | spring | law
        bo         | spring | law
        cy         | spring | law
        di         | spring | arts
        ann        | autumn | law
    """,
    "service__catalogue": """
        service | label_zh | label_en
        topic   | 选题     | Topics
        seat    | 座位     | Seats
    """,
    "service__reason": """
        service | reason | position | strength | label_zh | label_en
        topic   | thesis | 1        | 0.9      | 论文     | thesis
        topic   | stated | 2        | 1        | 自述     | said so
        seat    | busy   | 1        | 0.5      | 座位紧   | busy
    """,
    "service__audience": """
        service | term   | college | persons | in_need | stated
        topic   | spring | law     | 10      | 3       | 1
        topic   | spring | arts    | 10      | 1       | 0
        seat    | spring | law     | 4       | 1       | 0
    """,
    "service__need": """
        patron_key | term   | service | is_stated | strength | reasons
        ann        | spring | topic   | false     | 0.9      | thesis
        bo         | spring | topic   | false     | 0.9      | thesis
        cy         | spring | topic   | true      | 1        | stated thesis
        cy         | spring | seat    | false     | 0.5      | busy
        di         | spring | topic   | false     | 0.9      | thesis
        ann        | autumn | topic   | false     | 0.9      | thesis
    """,
    "service__contact": """
        contact_key | service | patron_key | contacted_on
        1           | topic   | ann        | 2026-03-02
        2           | topic   | ann        | 2026-03-02
        3           | seat    | cy         | 2025-10-08
    """,
}


def test_need_is_counted_in_the_told_term_and_a_reason_named_where_enough_have_it(build):
    table = build("report.service", **TABLES)
    assert shown(table, "college", "service", "persons", "eligible", "is_unreached", "reason_en") == {
        ("law", "topic", "3", "10", "false", "thesis"),
        ("law", "seat", "1", "4", "true", None),
        ("arts", "topic", "1", "10", "true", None),
    }


def test_the_largest_need_that_no_contact_met_stands_first(build):
    table = build("report.service", **TABLES)
    assert shown(table.filter(college="law"), "service", "position") == {("topic", "1"), ("seat", "2")}
    everybody = f"{TABLES['service__contact'].strip()}\n4 | topic | bo | 2026-03-02\n5 | topic | cy | 2026-03-02"
    met = build("report.service", **TABLES | {"service__contact": everybody})
    assert shown(met.filter(college="law"), "service", "position") == {("topic", "2"), ("seat", "1")}


def test_the_university_is_all_colleges_together(build):
    shares = {
        row["college"]: row["university_share"]
        for row in build("report.service", **TABLES).filter(service="topic").to_dicts()
    }
    assert shares == {"law": 4 / 20, "arts": 4 / 20}
