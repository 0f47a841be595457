from typing import Any

import pytest
from pydantic import ValidationError

from pipelines.modelling.slips import first_problem
from pipelines.receiving.presets import Rule, Source

LINES: dict[str, Any] = {"name": "gate", "feed": "gate_event", "files": "gate.csv", "columns": {"gate": "Door"}}


def test_a_bare_heading_is_short_for_from() -> None:
    assert Rule.model_validate("题名") == Rule.model_validate({"from": ["题名"]})
    assert Rule.model_validate(["题名", "书名"]).headings == ("题名", "书名")


def test_days_and_numbers_of_yaml_are_the_text_that_was_written() -> None:
    source = Source.model_validate(
        {**LINES, "columns": {"a": {"value": 2024}, "b": {"from": "x", "map": {"01": 1}, "not_before": "1919-01-01"}}}
    )
    assert source.columns["a"].value == "2024"
    assert source.columns["b"].map == {"01": "1"}


def test_delimiters_and_quotes_go_by_name() -> None:
    source = Source.model_validate({**LINES, "delimiter": "tab", "quote": "none"})
    assert (source.delimiter, source.quote) == ("\t", None)
    assert Source.model_validate_json(source.model_dump_json(by_alias=True)) == source


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"columns": {"gate": {"pattern": "(x)"}}}, "columns.gate: needs exactly one of from, value"),
        ({"columns": {"gate": {"from": "a", "value": "b"}}}, "columns.gate: needs exactly one of from, value"),
        ({"columns": {"gate": {"from": "a", "pattern": "("}}}, "columns.gate.pattern: '(' is not a regular expression"),
        ({"columns": {"gate": {"from": "a", "pattern": "(?<=x)(y)"}}}, "is not a regular expression"),
        ({"columns": {"gate": {"from": "a", "pattern": "xyz"}}}, "needs exactly one group"),
        (
            {"columns": {"gate": {"from": "a", "map": {1: "x"}}}},
            "columns.gate.map: the code 1 stands without quotes, and so 01 is read as 1 and Yes as true — put the code in quotes",
        ),
        (
            {"columns": {"gate": {"from": "a", "map": {"a": "x", True: "y"}}}},
            "map: the code True stands without quotes",
        ),
        ({"unpivot": {1: "a"}}, "the code 1 stands without quotes"),
        ({"columns": {"gate": {"from": "a", "not_before": "1919"}}}, "columns.gate.not_before: "),
        (
            {"where": [{"heading": "r", "reason": "denied"}]},
            "where.0: needs exactly one of in, not_in, matches, not_matches",
        ),
        ({"where": [{"heading": "r", "in": ["ok"], "reason": "No good"}]}, "where.0.reason"),
        ({"delimiter": ";;"}, "delimiter: "),
        ({"encoding": "latin"}, "encoding: "),
        ({"header": 0}, "header: "),
        ({"files": []}, "files: "),
        ({"unpivot": {"q1": "a", "q2": "a"}}, "unpivot: two headings have the same code"),
        ({"unpivot": "["}, "unpivot.headings"),
        ({"columns": {"gate": {"from": "a", "formats": "%H:%Q"}}}, "is not a way of writing a time"),
        ({"columns": {"gate": {"from": "a", "formats": "yyyy-MM-dd"}}}, "is not a way of writing a time"),
        (
            {"columns": {"gate": {"from": "a", "formats": "excel"}}},
            "(seconds or thousandths since 1970: epoch_s, epoch_ms; a spreadsheet's days: excel_days; ",
        ),
        (
            {"columns": {"gate": {"from": "a", "formats": "%d/%m %H:%M"}}},
            "is not a way of writing a time, with its year",
        ),
        (
            {"columns": {"passed_at": {"from": "a", "formats": ["%d/%m/%Y %H:%M", "%Y-%m-%d", "%m/%d/%Y %H:%M"]}}},
            "05/03 is read by whichever of '%d/%m/%Y %H:%M' and '%m/%d/%Y %H:%M' stands first — say only one of them",
        ),
        ({"format": "log"}, "format log needs either log or line"),
        ({"format": "fixed"}, "format fixed needs fixed"),
        ({"format": "json", "records": "a b"}, "records: "),
        ({"header": "none"}, "header: none and headings go together"),
        ({"replaces": "same_period"}, "needs period"),
        ({"sheet": "all", "columns": {"gate": {"above": "Branch"}}}, "sheet: all and above do not go together"),
        ({"duplicates": {"key": ["gate"], "within": 60}}, "within and at go together"),
        ({"rejects": {"stop": 2}}, "rejects.stop"),
        ({"people_who_are_not": ["["]}, "people_who_are_not.0: '[' is not a regular expression"),
    ],
)
def test_what_a_preset_cannot_mean_is_told_by_its_place(lines: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Source.model_validate({**LINES, **lines})
    message = str(first_problem(caught.value, "sources.gate", (), {}))
    assert message.startswith("sources.gate: ")
    assert words in message
    assert "\n" not in message
