"""How a table is rebuilt by months is said in its header, and a header that cannot be right is refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.modelling.parted import Asked, Narrowed, Parted

FEED = """-- One row for each passage.
-- feed: 通行 | passages
-- grain: passage_key
-- happened: passed_at, left_at
-- purpose: research

create table raw.passage (
    passage_key varchar not null,   -- 号 | passage
    card        varchar,            -- 卡 | card #pseudonym
    passed_at   timestamp not null, -- 时间 | passed at
    left_at     timestamp           -- 离开 | left at
);
"""
CARDS = """-- One row for each card.
--
-- grain: card

select
    card,
    count(*) as passages  -- 次数 | passages
from raw.passage
group by card
"""
DAILY = """-- One row for each passage of a day.
--
-- grain: passage_key
-- rebuild: month(day)
-- reads raw.passage: passed_at or left_at, 2 days, whole passage_key
-- follows clean.card: card

select
    passage.passage_key,
    cast(passage.passed_at as date) as day,  -- 日 | day
    card.passages
from raw.passage as passage
join clean.card as card on passage.card = card.card
"""

Folder = Callable[..., Path]


def test_a_header_says_which_rows_a_month_needs(sql_folder: Folder) -> None:
    models = read_models(sql_folder(raw__passage=FEED, clean__card=CARDS, fact__daily=DAILY))
    needs = Narrowed(("passed_at", "left_at"), 2, "passage_key")
    assert models["fact.daily"].parted == Parted("month", "day", {"raw.passage": needs}, {"clean.card": "card"})
    assert models["clean.card"].parted is None
    wholes = frozenset({("passed_at", "passage_key"), ("left_at", "passage_key")})
    readers = ("clean.card", "fact.daily")
    assert models["raw.passage"].asked == Asked(readers, frozenset({"passed_at", "left_at"}), wholes)
    assert models["clean.card"].asked == Asked(("fact.daily",), frozenset({"card"}))


def test_where_nothing_is_said_a_month_needs_its_own_rows(sql_folder: Folder) -> None:
    plain = DAILY.replace("-- reads raw.passage: passed_at or left_at, 2 days, whole passage_key\n", "")
    models = read_models(sql_folder(raw__passage=FEED, clean__card=CARDS, fact__daily=plain))
    parted = models["fact.daily"].parted
    assert parted is not None
    assert parted.narrowed == {"raw.passage": Narrowed(("passed_at",))}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("month(day)", "month(dya)"),
            "sql/fact/daily.sql:1: rebuild: dya is no date of fact.daily — the dates are day",
        ),
        (("month(day)", "month(passage_key)"), "passage_key is no date of fact.daily"),
        (("month(day)", "week(day)"), "write `-- rebuild: month(a date)` or `term(term)`"),
        (
            ("-- rebuild: month(day)", "-- rebuild: month(day)\n-- settles day: raw.passage"),
            "daily.sql:5: settles: says which rows of fact.daily are made of which table",
        ),
        (("-- rebuild: month(day)", "-- settles dya: raw.passage"), "settles: says a date or the term of its rows"),
        (("-- rebuild: month(day)\n", ""), "daily.sql:4: `reads` says how parts are rebuilt"),
        (("-- reads raw.passage", "-- reads raw.passages"), "fact.daily does not read raw.passages"),
        (
            ("passed_at or left_at", "passed_at or card"),
            "card is no time of raw.passage — the times are passed_at, left_at",
        ),
        (
            ("2 days", "some days"),
            "daily.sql:5: this is no `time`, `time or time`, `time, 2 days` or `time, whole key`",
        ),
        (("whole passage_key", "whole passage"), "raw.passage has no column passage"),
        (("whole passage_key", "whole card"), "card of raw.passage may be empty"),
        (("-- follows clean.card: card", "-- follows clean.card: cards"), "none of raw.passage has a column cards"),
        (("-- follows clean.card: card", "-- follows raw.passage: card"), "raw.passage cannot be followed by key"),
        (
            ("-- follows clean.card: card", "-- reads clean.card: passed_at"),
            "it is not known which days of clean.card change",
        ),
        (("cast(passage.passed_at as date)", "date '2026-01-01'"), "day is not computed from raw.passage"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused(sql_folder: Folder, change: tuple[str, str], words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_models(sql_folder(raw__passage=FEED, clean__card=CARDS, fact__daily=DAILY.replace(*change)))
    assert words in str(refused.value)


def test_a_table_that_reads_nothing_known_by_day_has_no_months(sql_folder: Folder) -> None:
    plain = (
        DAILY.partition("-- reads")[0]
        + "\nselect\n    card as passage_key,  -- 号 | passage\n    date '2026-01-01' as day,  -- 日 | day\n    passages\nfrom clean.card\n"
    )
    with pytest.raises(Misconfigured, match=r"nothing that fact\.daily reads is known by day"):
        read_models(sql_folder(raw__passage=FEED, clean__card=CARDS, fact__daily=plain))
