"""What a site changes in the presets of survey tools, and what respondents typed that must never come in."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.receiving.receive import Received
from tests.pipelines.landing import rejects, rows, site

SAMPLES = Path(__file__).parents[2] / "samples"
WORDS = ("3260000099", "3260000098", "示例同学", "多开灯")
"""What respondents typed in the sample of 问卷星: numbers, a name, a comment."""


def taken(folder: Path, preset: str, lines: dict[str, Any], content: str | None = None) -> Received:
    (sample,) = (path for path in (SAMPLES / preset).rglob("*") if path.suffix in {".csv", ".xlsx"})
    return site(folder, preset, lines).receive(sample.name, content or sample.read_bytes())


def told(received: Received) -> str:
    """All that stays of a file outside the vault."""
    frames = (pl.read_parquet(path) for path in (received.rows_file, received.rejects_file))
    return "\n".join(frame.write_csv() for frame in frames) + repr(received)


def test_a_comment_that_may_hold_a_number_or_an_address_stays_outside(tmp_path: Path) -> None:
    text = told(taken(tmp_path, "wjx_comments", {}))
    assert "希望多一些插座" in text
    assert not [word for word in ("13800000000", "example.org", "请回电") if word in text]


def test_questions_of_qualtrics_go_by_their_import_ids(tmp_path: Path) -> None:
    received = taken(tmp_path, "qualtrics_csv", {"header": 3, "below_header": 0})
    assert received.reasons == {"preview": 1, "spam": 1, "unfinished": 1}
    answers = [(row["response_key"], row["item"], row["answer_value"]) for row in rows(received)]
    assert answers == [
        ("R_1aaa", "QID1", 5),
        ("R_1aaa", "QID90_1", 4),
        ("R_1aaa", "QID90_2", 3),
        ("R_4ddd", "QID1", 2),
        ("R_4ddd", "QID90_2", None),
    ]
    assert {str(row["submitted_at"]) for row in rows(received)} == {"2025-12-01 09:02:06", "2025-12-01 09:31:01"}


def test_options_chosen_in_qualtrics_are_a_second_source_of_the_same_file(tmp_path: Path) -> None:
    lines = {
        "columns": {"facet": {"value": "option"}, "answer_value": None, "answer_text": {"cell": True}},
        "unpivot": {"headings": "^Q7$", "split": ","},
    }
    text = 'ResponseId,Status,Finished,Q1,Q7\nResponse ID,Response Type,Finished,a,b\nx,x,x,x,x\nR_1,0,1,5,"1,3"\n'
    received = taken(tmp_path, "qualtrics_csv", lines, text)
    assert [(row["item"], row["facet"], row["answer_text"]) for row in rows(received)] == [
        ("Q7", "option", "1"),
        ("Q7", "option", "3"),
    ]
    named_otherwise = {**lines, "preset": "qualtrics_csv"}
    other = tmp_path / "other"
    other.mkdir()
    assert site(other, "options", named_otherwise).receive(received.name, text).source_file != received.source_file


def test_limesurvey_is_read_with_semicolons_too(tmp_path: Path) -> None:
    text = '"id";"submitdate";"token";"G1Q1"\n"1";"2025-12-01 10:00:00";"t1";"A4"\n"2";"";"t2";"A1"\n'
    received = taken(tmp_path, "limesurvey_csv", {"delimiter": ";"}, text)
    assert [(row["response_key"], row["answer_value"]) for row in rows(received)] == [("1", 4)]
    assert rejects(received) == [(2, "submitdate", "unfinished")]


@pytest.mark.parametrize("preset", ["wjx_text_csv", "wjx_xlsx_codes"])
def test_what_respondents_typed_stays_outside(tmp_path: Path, preset: str) -> None:
    text = told(taken(tmp_path, preset, {}))
    assert [word for word in WORDS if word in text] == []


def test_without_its_words_for_it_the_preset_would_let_typed_text_in(tmp_path: Path) -> None:
    lines = {"columns": {"answer_text": {"cell": True}}, "unpivot": {"headings": r"^\d+、", "split": "┋"}}
    text = told(taken(tmp_path, "wjx_text_csv", lines))
    assert [word for word in WORDS if word in text] == list(WORDS)


def test_a_person_is_found_among_other_words_and_never_becomes_an_answer(tmp_path: Path) -> None:
    number = {"from": "1、您的学号", "pattern": r"(?:^|\D)(\d{10})(?:\D|$)"}
    lines = {
        "columns": {"patron_key": number, "answer_text": {"cell": True}},
        "unpivot": {"headings": "^[12]、", "split": "┋"},
    }
    received = taken(tmp_path, "wjx_text_csv", lines)
    assert {row["item"] for row in rows(received)} == {"2"}
    known = [row["response_key"] for row in rows(received) if row["patron_key"]]
    assert known == ["1"]
    assert "3260000099" not in told(received)


NAMES = {
    "qualtrics_csv": "qualtrics/{}.csv",
    "wjx_text_csv": "wjx/{}.csv",
    "wjx_xlsx_codes": "wjx/{}.xlsx",
}
"""How a download of each preset is called."""


@pytest.mark.parametrize(
    ("preset", "download", "survey"),
    [
        ("qualtrics_csv", "Library+Services_November+3,+2025_10.15", "Library+Services"),
        ("qualtrics_csv", "Library+Services_November+10,+2025_9.02", "Library+Services"),
        ("qualtrics_csv", "Library Services_November 3, 2025_10.15 (1)", "Library Services"),
        ("qualtrics_csv", "satisfaction_2025", "satisfaction_2025"),
        ("wjx_text_csv", "288888_按文本_满意度_203_203", "288888_按文本_满意度"),
        ("wjx_text_csv", "288888_按文本_满意度_303_303", "288888_按文本_满意度"),
        ("wjx_text_csv", "满意度_2025_11", "满意度_2025_11"),
        ("wjx_xlsx_codes", "288888_按序号_满意度_300_300 (2)", "288888_按序号_满意度"),
        ("wjx_xlsx_codes", "satisfaction_2025", "satisfaction_2025"),
    ],
)
def test_a_survey_is_named_by_what_every_download_of_it_shares(
    tmp_path: Path, preset: str, download: str, survey: str
) -> None:
    (sample,) = (path for path in (SAMPLES / preset).rglob("*") if path.suffix in {".csv", ".xlsx"})
    received = site(tmp_path, preset, {}).receive(NAMES[preset].format(download), sample.read_bytes())
    assert {row["survey"] for row in rows(received)} == {survey}
