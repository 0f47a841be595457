"""Surveys are set beside the roster of the term in which they closed, and what they say is held to its contract."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.surveys import _ESTIMATED_FROM, _FEEDBACK_FROM, _THEMES_FROM, _estimates, _feedback, _themes
from pipelines.releasing.release import released
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules
from tests.assets.small_site import small_site, warehouse_of
from tests.drawn import drawn, shown

TABLES = {
    "ref.term": """
        term        | starts_on  | ends_on
        2024-2025-2 | 2025-02-17 | 2025-07-06
        2025-2026-1 | 2025-09-01 | 2026-01-18
        """,
    "clean.response": """
        survey      | response_key | patron_key | submitted_at        | college
        wjx_2025    | 1            | a          | 2025-06-30 10:00:00 | law
        wjx_2025    | 2            | b          | 2025-07-20 10:00:00 | law
        wjx_2025    | 3            |            | 2025-07-01 10:00:00 | arts
        naples-2002 | 1            |            |                     | arts
        """,
    "clean.answer": """
        survey      | response_key | item    | answer_value
        wjx_2025    | 1            | overall | 4
        wjx_2025    | 2            | overall | 7
        wjx_2025    | 3            | lockers | 2
        naples-2002 | 1            | global  | 6
        """,
    "ref.survey_item": """
        survey_family | item    | position | label_zh | label_en | scale_min | scale_max
        wjx           | overall | 5        | 总体     | Overall  | 1         | 5
        naples        | global  | 5        | 总体     | Overall  | 1         | 7
        """,
    "fact.roster": """
        patron_key | term        | level_group   | study_year | college | is_exposed
        a          | 2024-2025-2 | undergraduate | 2          | law     | true
        b          | 2024-2025-2 | staff         |            | law     | false
        a          | 2025-2026-1 | staff         | 3          | arts    | true
        """,
    "fact.presence": "patron_key | term | visit_days\na | 2024-2025-2 | 3",
    "fact.activity": "patron_key | term | active_days\na | 2024-2025-2 | 4",
    "segment.reader": "patron_key | term | segment\na | 2024-2025-2 | light\na | 2025-2026-1 | regular",
    "raw.survey_answer": """
        survey   | response_key | item    | facet  | answer_text
        wjx_2025 | 1            | comment | text   | 座位太少，空调太冷
        wjx_2025 | 1            | wish    | option | 座位数量
        wjx_2025 | 3            | comment | text   | 一切都好
        wjx_2025 | 2            | overall | value  | 座位
        """,
    "clean.ticket": """
        ticket_key | category
        t1         | 座位与空调
        t2         | 其他
        t3         |
        t4         | 座位座位
        """,
    "ref.theme": """
        theme       | label_zh | label_en    | language | word
        seats       | 座位     | Seats       | zh       | 座位
        environment | 环境     | Environment | zh       | 空调
        other       | 其他     | Other       | zh       | 〔其他〕
        """,
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with warehouse_of(small_site(tmp_path)).opened() as opened:
        for table in sorted({*_ESTIMATED_FROM, *_THEMES_FROM, *_FEEDBACK_FROM}):
            layer = table.partition(".")[0]
            columns = ", ".join(f"{column.name} {column.type}" for column in models()[table].columns)
            opened.connection.execute(
                f"create schema if not exists {layer}; create or replace table {table} ({columns})"
            )
            opened.connection.register("given", drawn(TABLES[table]).to_arrow())
            opened.connection.execute(f"insert into {table} by name select * from given")
        yield opened


def test_a_survey_belongs_to_the_last_term_that_had_begun(warehouse: Warehouse, tmp_path: Path) -> None:
    """It closed in the vacation after 2024-2025-2; only a was here then, b was on leave."""
    weighting, _ = _estimates(warehouse, small_site(tmp_path))
    assert shown(weighting, "survey", "term", "respondents", "matched", "roster_persons") == {
        ("wjx_2025", "2024-2025-2", "3", "1", "1"),
        ("naples-2002", None, "1", "0", "0"),
    }
    assert shown(weighting, "survey", "reason") == {
        ("wjx_2025", "fewer than 30 respondents on the roster"),
        ("naples-2002", "no roster of its term"),
    }


def test_groups_are_those_of_that_term_and_items_have_their_words(warehouse: Warehouse, tmp_path: Path) -> None:
    """A 7 on a scale said to end at 5 stretches it, and the mean of all is (4 + 7) / 2."""
    _, estimate = _estimates(warehouse, small_site(tmp_path))
    found = estimate.filter(survey="wjx_2025")
    assert shown(found, "group_type", "group_code", "item", "label_en", "scale_max", "mean_unweighted") == {
        ("cohort", "everyone", "overall", "Overall", "7.0", "5.5"),
        ("cohort", "undergraduate", "overall", "Overall", "7.0", "4.0"),
        ("cohort", "staff", "overall", "Overall", "7.0", "7.0"),
        ("college", "law", "overall", "Overall", "7.0", "5.5"),
        ("segment", "light", "overall", "Overall", "7.0", "4.0"),
        ("cohort", "everyone", "lockers", "lockers", "2.0", "2.0"),
        ("college", "arts", "lockers", "lockers", "2.0", "2.0"),
    }
    assert set(estimate.columns) == {column.name for column in models()["report.survey_estimate"].columns}


def test_comments_become_persons_by_theme(warehouse: Warehouse, tmp_path: Path) -> None:
    (theme,) = _themes(warehouse, small_site(tmp_path))
    everyone = theme.filter(group_code="everyone")
    assert shown(everyone, "facet", "theme", "label_en", "persons", "commenters") == {
        ("text", "seats", "Seats", "1", "2"),
        ("text", "environment", "Environment", "1", "2"),
        ("text", "other", "Other", "1", "2"),
        ("option", "seats", "Seats", "1", "1"),
    }
    assert set(theme.columns) == {column.name for column in models()["report.survey_theme"].columns}


def test_tickets_and_comments_have_each_of_their_themes_once(warehouse: Warehouse, tmp_path: Path) -> None:
    (theme,) = _feedback(warehouse, small_site(tmp_path))
    assert shown(theme) == {
        ("ticket", "t1", "seats"),
        ("ticket", "t1", "environment"),
        ("ticket", "t2", "other"),
        ("ticket", "t4", "seats"),
        ("survey", "wjx_2025 1", "seats"),
        ("survey", "wjx_2025 1", "environment"),
        ("survey", "wjx_2025 3", "other"),
    }


@pytest.mark.parametrize("table", ["survey_estimate", "survey_theme", "survey_weighting", "opportunity"])
def test_nothing_about_fewer_than_ten_people_leaves(table: str) -> None:
    """Of 9 nothing but what the row is about, of 30 everything; the control is the same row."""
    model = models()[f"report.{table}"]
    figures = [
        column.name
        for column in model.columns
        if column.type in {"DOUBLE", "BIGINT"} and not column.name.startswith("scale_")
    ]
    frame = pl.DataFrame({column.name: ["x", "y"] for column in model.columns} | {name: [9, 30] for name in figures})
    few, enough = released(model, frame, Rules()).iter_rows(named=True)
    assert {few[name] for name in figures} == {None}
    assert None not in {enough[name] for name in figures}
    assert (few["withheld"], enough["withheld"]) == (True, False)
