"""A feed says in its own file what it is called and which days it tells of; whoever asks for every feed finds it there."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import Misconfigured
from pipelines.modelling.given import merged
from pipelines.modelling.model_files import read_models

GATE = """-- One row for each passage.
--
-- feed gate: 门禁 | gates | expected
-- days: passed_at by building
-- grain: card, passed_at
-- purpose: research

create table raw.gate_event (
    card      varchar,    -- 卡 | card #pseudonym
    building  varchar,    -- 馆舍 | building
    passed_at timestamp   -- 时间 | passed at
);
"""
SUMMARY = """-- One row for each day of a person.
--
-- feed gate: 到馆汇总 | visit summaries
-- grain: card, day
-- purpose: research

create table raw.visit_summary (
    card varchar,  -- 卡 | card #pseudonym
    day  date      -- 日 | day
);
"""
PRINT = """-- One row for each print job; nobody is identified.
--
-- feed: 打印 | print jobs
-- days: printed_at where pages > 0
-- grain: printed_at
-- purpose: research

create table raw.print_job (
    pages      integer,   -- 页数 | pages
    printed_at timestamp  -- 打印时间 | printed at
);
"""
EVERY = """-- One row for each feed, place and day.
--
-- grain: feed, place, day
-- given: every_day

select
    feed,               -- 数据源 | feed
    place,              -- 地点 | place
    day,                -- 日期 | day
    count(*) as records -- 记录数 | records #aggregate
from every_day
group by all
"""
EXPORT = """-- One row for each kind of export.
--
-- grain: export
-- given: every_export, every_reader

with met as (
    select feed, count(*) as records
    from every_reader
    group by all
)

select
    every_export.export,  -- 导出 | export
    every_export.feed,    -- 数据源 | feed
    met.records           -- 记录数 | records #aggregate
from every_export
left join met on every_export.feed = met.feed
"""
FILES = {"raw__gate_event": GATE, "raw__visit_summary": SUMMARY, "ref__every": EVERY, "ref__export": EXPORT}


@pytest.fixture
def campus():
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema raw")
        for text in (GATE, SUMMARY, PRINT):
            connection.execute(text)
        connection.execute(
            "insert into raw.gate_event values ('a', 'main', '2026-03-02 08:00'), ('b', null, '2026-03-02 09:00'), ('b', 'main', null)"
        )
        connection.execute("insert into raw.visit_summary values ('a', '2026-03-02')")
        connection.execute("insert into raw.print_job values (3, '2026-03-05 10:00'), (0, '2026-03-06 10:00')")
        yield connection


def test_a_feed_that_is_added_is_followed_by_its_own_file_alone(campus, sql_folder) -> None:
    def days(**files: str) -> set[tuple[object, ...]]:
        return set(campus.execute(read_models(sql_folder(**FILES, **files))["ref.every"].text).fetchall())

    gates = {("gate", "main", 1), ("gate", "all", 1)}
    assert {(feed, place, records) for feed, place, _, records in days()} == gates
    assert {(feed, place, records) for feed, place, _, records in days(raw__print_job=PRINT)} == gates | {
        ("print_job", "all", 1)
    }


def test_readers_are_counted_where_days_are_followed_and_somebody_is_identified(campus, sql_folder) -> None:
    models = read_models(sql_folder(**FILES, raw__print_job=PRINT))
    assert set(campus.execute(models["ref.export"].text).fetchall()) == {
        ("gate_event", "gate", 3),
        ("visit_summary", "gate", 3),  # one feed, of which only the swipes are followed
        ("print_job", "print_job", None),
    }


def test_what_several_exports_make_up_is_called_as_the_first_and_told_in_its_place(sql_folder) -> None:
    models = read_models(sql_folder(**FILES, raw__print_job=PRINT))
    told = [(feed.name, feed.label_en, feed.is_expected) for feed in merged(m.feed for m in models.values() if m.feed)]
    assert told == [("gate", "gates", True), ("print_job", "print jobs", False)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-- feed: 打印 | print jobs\n", "", "raw/print_job.sql:1: it is not said what the feed is called — write"),
        ("打印 | print jobs", "print jobs", "raw/print_job.sql:3: it is not said what the feed is called"),
        ("days: printed_at where pages > 0", "days: the 5th", "raw/print_job.sql:4: days: names no column — write"),
        (
            "days: printed_at",
            "days: printed",
            'raw/print_job.sql:4: its days cannot be told — Referenced column "printed"',
        ),
        ("where pages > 0", "where paages > 0", "raw/print_job.sql:4: its days cannot be told"),
        (
            " where pages > 0",
            "\n-- happened: printed_at\n-- retention: 13 months",
            "print_job.sql:6: it is not said how long",
        ),
        (" where pages > 0", "\n-- retention: 7 to 13 months", "raw/print_job.sql:5: it is not said how long"),
    ],
)
def test_a_slip_is_refused_with_its_place(sql_folder, old: str, new: str, said: str) -> None:
    assert old in PRINT
    with pytest.raises(Misconfigured) as refusal:
        read_models(sql_folder(**FILES, raw__print_job=PRINT.replace(old, new)))
    assert said in str(refusal.value)


def test_what_nobody_gives_is_refused(sql_folder: object) -> None:
    with pytest.raises(Misconfigured, match="nobody gives every_dya — did you mean ‘every_day’"):
        read_models(sql_folder(**FILES | {"ref__every": EVERY.replace("given: every_day", "given: every_dya")}))


def test_lines_keep_their_numbers(sql_folder, tmp_path: Path) -> None:
    slip = EVERY.replace("    place,  ", "    plaice,")
    with pytest.raises(Misconfigured, match=r"ref/every.sql:8: .*plaice"):
        read_models(sql_folder(**FILES | {"ref__every": slip}))
