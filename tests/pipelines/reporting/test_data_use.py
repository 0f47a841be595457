"""What the public page promises is done by a command that there is, or by a table that leaves people out."""

import re
from pathlib import Path

import pytest

from pipelines.paths import SQL
from pipelines.publish import EDITIONS
from pipelines.reporting.data_use import _fields, commands, feeds
from pipelines.site import models
from profiles import data_use
from profiles.captions import Words
from tests.assets.small_site import small_site

REFUSABLE = [use.consent for use in data_use.PURPOSES if use.consent]


def test_the_fields_that_a_service_uses_are_told_in_words_each_once() -> None:
    used = "clean.attendance.patron_key, clean.attendance.held_on, portrait.individual.loans, portrait.current.loans"
    held, loans = models()["clean.attendance"].column("held_on"), models()["portrait.individual"].column("loans")
    assert _fields(used) == [Words(held.label_zh, held.label_en), Words(loans.label_zh, loans.label_en)]
    assert _fields("") == []


def test_each_kind_of_export_that_comes_stands_on_the_page_by_its_own_name(tmp_path: Path) -> None:
    (told,) = feeds(small_site(tmp_path))
    assert told["name"] == Words("门禁", "Gates")
    assert Words("读者假名", "patron") in [column["name"] for column in told["columns"]]


def test_each_right_has_its_command() -> None:
    assert {right.command for right in data_use.RIGHTS} <= commands()
    assert {"page", "run", "erase"} <= commands()


def test_what_no_command_does_is_not_promised() -> None:
    erasing = next(right for right in data_use.RIGHTS if right.command == "erase")
    with_it, without = data_use.rights({"page", "run", "erase"}), data_use.rights({"page", "run"})
    assert erasing.words in with_it
    assert erasing.words not in without
    assert data_use.rights(()) == []


@pytest.mark.parametrize("purpose", REFUSABLE)
def test_each_choice_can_be_said_and_is_heeded(purpose: str) -> None:
    """It is a purpose that a consent may name, and some table after the door asks for it."""
    said = next(column for column in models()["raw.consent"].columns if column.name == "purpose")
    assert re.search(rf"\b{purpose}\b", said.description)
    asking = [path for path in SQL.glob("*/*.sql") if path.parent.name != "raw" and f"'{purpose}'" in path.read_text()]
    assert asking


def test_all_that_can_be_chosen_stands_on_the_page() -> None:
    said = next(column for column in models()["raw.consent"].columns if column.name == "purpose")
    assert set(re.findall(r"\w+_\w+|segmentation|recommendation", said.description)) == set(REFUSABLE)


def test_how_many_editions_are_kept_is_what_the_page_says() -> None:
    kept = dict(data_use.kept(EDITIONS, ()))
    assert [how.en for how in kept.values() if "editions" in how.en] == [
        f"the last {EDITIONS} editions; older ones are deleted"
    ]
    assert not any("{" in how.zh + how.en for how in kept.values())
