"""Minimum, desired and perceived service: gaps are taken item by item and nothing is imputed."""

from tests.drawn import shown

CORE = [f"AS{n}" for n in range(1, 10)] + [f"IC{n}" for n in range(1, 9)] + [f"LP{n}" for n in range(1, 6)]
HEADING = "survey | response_key | item | facet | answer_value"


def rated(response: str, item: str, minimum: object, desired: object, perceived: object) -> str:
    facets = {"minimum": minimum, "desired": desired, "perceived": perceived}
    return "\n".join(f"lq_2026 | {response} | {item} | {facet} | {value}" for facet, value in facets.items())


def response(key: str, not_applicable: int = 0, contrary: int = 0, items: list[str] = CORE) -> list[str]:
    """A response to the items, of which the last so many are N/A and the first so many want less than they need."""
    lines = [
        rated(key, item, 7 if n < contrary else 5, 6, 6) for n, item in enumerate(items[: len(items) - not_applicable])
    ]
    return lines + [rated(key, item, "", "", "") for item in items[len(items) - not_applicable :]]


def responses(build, *given: list[str]) -> set[str]:
    lines = [line for response in given for line in response]
    keys = sorted({line.split(" | ")[1] for line in lines})
    counted = "survey | response_key\n" + "\n".join(f"lq_2026 | {key}" for key in keys)
    table = build("clean.gap", clean__response=counted, raw__survey_answer="\n".join([HEADING, *lines]))
    return set(table["response_key"])


def test_gaps_are_differences_and_an_item_that_was_not_rated_has_none(build):
    table = build(
        "clean.gap",
        clean__response="survey | response_key | college\nlq_2026 | 1 | 文学院",
        raw__survey_answer="""
        survey  | response_key | item     | facet     | answer_value
        lq_2026 | 1            | AS1      | minimum   | 5
        lq_2026 | 1            | AS1      | desired   | 8
        lq_2026 | 1            | AS1      | perceived | 6
        lq_2026 | 1            | IC-2     | minimum   | 7
        lq_2026 | 1            | IC-2     | desired   | 9
        lq_2026 | 1            | IC-2     | perceived | 4
        lq_2026 | 1            | LP3      | minimum   | 6
        lq_2026 | 1            | LP3      | desired   |
        lq_2026 | 1            | LP3      | perceived | 6
        lq_2026 | 1            | ASK      | minimum   | 1
        lq_2026 | 1            | overall  | value     | 7
        lq_2026 | replaced     | AS1      | perceived | 1
        """,
    )
    assert shown(table, "item", "dimension", "college", "adequacy", "superiority") == {
        ("AS1", "AS", "文学院", "1.000", "-2.000"),
        ("IC-2", "IC", "文学院", "-3.000", "-5.000"),
        ("LP3", "LP", "文学院", "0.000", None),
        ("ASK", None, "文学院", None, None),
    }


def test_a_response_with_more_than_eleven_items_not_rated_is_left_out(build):
    assert responses(build, response("eleven", not_applicable=11), response("twelve", not_applicable=12)) == {"eleven"}


def test_of_a_short_form_no_response_is_left_out_for_what_was_never_asked(build):
    short = [*CORE[:4], *CORE[9:12], *CORE[17:20]]
    assert responses(build, response("short", items=short), response("odd", not_applicable=9, items=short)) == {
        "short",
        "odd",
    }


def test_a_response_that_wants_less_than_it_needs_on_more_than_nine_items_is_left_out(build):
    assert responses(build, response("nine", contrary=9), response("ten", contrary=10)) == {"nine"}


def test_a_dimension_is_the_mean_of_persons_not_of_answers(build):
    lines = [
        *(f"lq_2026 | many | 文学院 | AS{n} | AS | 5 | 8 | 5 | 0 | -3" for n in range(1, 10)),
        "lq_2026 | one  | 文学院 | AS1 | AS | 5 | 8 | 9 | 4  | 1",
        "lq_2026 | none | 文学院 | AS1 | AS | 5 |   | 1 | -4 |",
        "lq_2026 | law  |        | LP1 | LP | 4 | 6 | 7 | 3  | 1",
        "lq_2026 | law  |        | own |    | 4 | 6 | 9 | 5  | 3",
    ]
    heading = (
        "survey | response_key | college | item | dimension | minimum | desired | perceived | adequacy | superiority"
    )
    table = build("fact.gap_dimension", clean__gap="\n".join([heading, *lines]))
    assert shown(
        table, "group_type", "group_code", "dimension", "persons", "perceived_mean", "adequacy_mean", "superiority_mean"
    ) == {
        ("cohort", "everyone", "AS", "2", "7.0", "2.0", "-1.0"),
        ("college", "文学院", "AS", "2", "7.0", "2.0", "-1.0"),
        ("cohort", "everyone", "LP", "1", "7.0", "3.0", "1.0"),
        ("college", "未知 unknown", "LP", "1", "7.0", "3.0", "1.0"),
    }
    # The negative control: over answers rather than persons the mean would be 54 / 10.
    assert table["perceived_mean"].min() > 54 / 10
