"""The exports of a campus of any size, a term at a time, in the forms of the demo campus.

    .venv/bin/python bench/campus.py 10x 0 FOLDER      # the first term of the size 10x

Size 1x is 5,000 patrons for a year and about a million records; with the size, patrons and years both grow, up to the ten
years of the calendar.  People, cards, books, tickets, trainings, surveys, consents and trials are the demo campus' own
(:mod:`pipelines.demo_campus`).  What comes in millions, which are visits with their swipes, loans and bookings, is drawn
here by DuckDB from hashes, so that the same size gives the same files whatever the machine, and no month lies in memory.
These readers come three times as often as those of the demo campus; nothing is planted in them.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from measure import step

from pipelines.demo_calendar import finished_terms
from pipelines.demo_campus import Campus, at_last, draw_campus, hub, taking_part, write_file
from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term, bustle
from profiles.demo.campaigns import Trials, draw_trials
from profiles.demo.colleges import COLLEGES
from profiles.demo.draw import moments, picked
from profiles.demo.loans import LOAN_DAYS
from profiles.demo.visits import Visits

SEED, PATRONS, MOST_YEARS = 20260901, 5000, 10
VISITS, MOST_A_DAY = 3.3, 0.95
SETTINGS = {"memory_limit": "2GB", "preserve_insertion_order": False}
CSV = "(format csv, header true, delimiter '{}')"

PREPARE = """
create temp macro u(who, day, what) as (cast(hash(who, day, what) % 1000003 as double) + 0.5) / 1000003;
create or replace table visit as
    select who, number, college, unit, name, day_number, day + to_seconds(cast(3600 * (8 + 13 * u(who, day, 'came')) as bigint)) as entered,
        entered + to_seconds(cast(600 + 2 * dwell * 60 * u(who, day, 'stayed') as bigint)) as left_at, loan_days, loans, booked,
        case when entered < replaced_at then first else second end as card, u(who, day, 'where') < science as is_science
    from person cross join day where u(who, day, 'comes') < least(visits * bustle, {most});
"""
MAIN = """
with mine as (from visit where not is_science and date_trunc('month', entered) = date '{month}'),
passage as (
    select who, card, concat('进门', 1 + hash(who, entered) % 4) as gate, entered as seen, '成功' as result from mine
    union all select who, card, concat('出门', 1 + hash(who, left_at) % 4), left_at, '成功' from mine where u(who, entered, 'exit') < 0.85
    union all select who, card, '进门1', entered - interval 8 second, '无效卡' from mine where u(who, entered, 'refused') < 0.005
    union all select who, card, concat('进门', 1 + hash(who, entered) % 4), entered + interval 9 second, '成功' from mine where u(who, entered, 'twice') < 0.02
)
select card as 卡号, gate as 闸机名称, strftime(seen, '%Y/%m/%d %H:%M:%S') as 通行时间, result as 结果 from passage order by seen, card, gate, result
"""
SCIENCE = """
select number as 学号, strftime(entered, '%Y%m%d') as 日期, strftime(entered, '%H%M%S') as 时间, concat('S', 1 + hash(who, entered) % 4) as 终端
from visit where is_science and date_trunc('month', entered) = date '{month}' order by entered, number
"""
LOANS = """
create or replace table begun as
    select *, (hash(college) + cast(floor(pow(u(who, entered, concat('title', n)), 3) * {titles}) as bigint)) % {titles} as title_number,
        cast(entered + to_seconds(11 * n) as timestamp(0)) as loaned, date_trunc('day', loaned) + to_days(loan_days) + interval 86399 second as due,
        loaned + to_seconds(cast(86400 * loan_days * 1.08 * u(who, entered, concat('back', n)) as bigint)) as returned
    from (select *, unnest(range(least(8, cast(floor(2 * loans * u(who, entered, 'books') + 0.5) as bigint)))) as n from visit);
create table if not exists still_out as from begun limit 0;
create or replace table listed as from begun union all from still_out where returned < timestamp '{end}';
create or replace table still_out as from begun where returned >= timestamp '{end}' union all from still_out where returned >= timestamp '{end}';
"""
LISTED = """
select number as 读者条码, name as 姓名, unit as 单位, printf('%07d%03d', title_number, hash(who, loaned) % 1000) as 条码号, title as 题名, author as 责任者,
    call_number as 索书号, '总馆三层中文图书' as 馆藏地, kind as 文献类型, strftime(loaned, '%Y-%m-%d %H:%M:%S') as 借出日期,
    strftime(due, '%Y-%m-%d %H:%M:%S') as 应还日期, case when returned < timestamp '{end}' then strftime(returned, '%Y-%m-%d %H:%M:%S') end as 归还日期,
    cast(floor(2 * u(who, loaned, 'renewed')) as integer) as 续借次数
from listed join book using (title_number) order by loaned, 条码号, 读者条码
"""
BOOKINGS = """
with booked as (
    select *, date_trunc('hour', entered) as begins, least(begins + interval 4 hour, date_trunc('day', begins) + interval 22 hour) as ends,
        u(who, entered, 'state') as luck from visit where u(who, entered, 'booked') < booked
)
select row_number() over (order by begins, number) + {first} as id, number as 学号, strftime(begins, '%Y-%-m-%-d') as "date", strftime(begins, '%H:%M') as "begin",
    strftime(ends, '%H:%M') as "end", case when luck < 0.8 then strftime(entered, '%H:%M') end as "actualBegin",
    case when luck < 0.8 then strftime(least(left_at, ends), '%H:%M') end as "actualEnd",
    concat(case when is_science then '工学馆' else '总馆' end, 2 + hash(who) % 5, '层', case when luck * 100 % 1 < 0.2 then concat('研讨间', 300 + hash(who, entered) % 60) else concat('A区', 1 + hash(who, entered) % 150, '号') end) as loc,
    case when luck < 0.8 then 'COMPLETE' when luck < 0.92 then 'MISS' else 'CANCEL' end as stat, strftime(begins - interval 20 hour, '%Y-%m-%d %H:%M:%S') as created
from booked where ends > begins
"""


@dataclass(frozen=True)
class Size:
    """How large a campus is, as a multiple of the smallest."""

    times: float

    @property
    def years(self) -> int:
        return min(max(round(self.times**0.5 / 2), 1), MOST_YEARS)

    @property
    def patrons(self) -> int:
        return round(PATRONS * self.times / self.years)

    @property
    def terms(self) -> list[Term]:
        return finished_terms(2 * self.years)

    @property
    def name(self) -> str:
        return f"{self.times:g}x"


def size(text: str) -> Size:
    return Size(float(text.lower().rstrip("x×")))


def main() -> None:
    """Write the exports of one term, and after the last those of all terms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=size)
    parser.add_argument("term", type=int)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    with step("draw"):
        draw(given.size, given.term, given.folder)


def draw(size: Size, position: int, folder: Path) -> None:
    """The exports of the term at that position, into the folder."""
    span = size.terms
    term, is_last = span[position], position == len(span) - 1
    campus = draw_campus(size.patrons, span, SEED)
    with duckdb.connect(str(folder.parent.with_suffix(".drawn")), config=SETTINGS) as connection:
        prepare(connection, campus, term)
        events(connection, campus, term, folder)
        for name, content in taking_part(campus, term, visits(connection), {}):
            write_file(folder / name, content)
        for name, content in hub(campus, term):
            write_file(folder / name, content)
        if is_last:
            trials = tried(connection, campus, term)
            write_file(folder / f"circulation/loans_{term.code}_more.csv", trials.gained.write_csv().encode())
            for name, content in at_last(campus, span, trials):
                write_file(folder / name, content)


def prepare(connection: duckdb.DuckDBPyConnection, campus: Campus, term: Term) -> None:
    """Who came on which day of the term, when, and for how long."""
    day = pl.DataFrame(
        {"day": term.days, "day_number": range(len(term.days)), "bustle": bustle(term, campus.special, 1.3)}
    )
    connection.register("day", day.with_columns(pl.col("day").cast(pl.Datetime)))
    connection.register("person", people(campus, term))
    connection.register("book", campus.catalogue.titles.with_row_index("title_number"))
    connection.execute(PREPARE.format(most=MOST_A_DAY))


def people(campus: Campus, term: Term) -> pl.DataFrame:
    """Everyone in scope, with what they do on a day and on a visit."""
    everyone, who = campus.people, campus.people.present(term.half)
    kinds = pl.DataFrame(ARCHETYPES)[pl.Series(everyone.archetype[who])]
    college = everyone.college_in(term.half)[who]
    replaced = np.minimum(campus.cards.replaced_at[who], term.exported_at)
    return pl.DataFrame(
        {
            "who": who,
            "number": everyone.column("number", who),
            "name": everyone.column("name", who),
            "college": college,
            "unit": picked([unit.name for unit in COLLEGES], college),
            "science": np.array([unit.science_share for unit in COLLEGES])[college] / 3,
            "first": campus.cards.shown(who, np.zeros_like(who)),
            "second": campus.cards.shown(who, replaced),
            "replaced_at": moments(replaced),
            "visits": kinds["visits"] * VISITS / len(term.days),
            "dwell": kinds["dwell_minutes"],
            "loan_days": np.array(LOAN_DAYS, dtype=np.int32)[everyone.level[who]],
            "loans": (kinds["loans"] / kinds["visits"].clip(1)) / 2,
            "booked": kinds["booked_share"],
        }
    )


def events(connection: duckdb.DuckDBPyConnection, campus: Campus, term: Term, folder: Path) -> None:
    """The files of the gates, a month each, and those of loans and bookings."""
    end = f"{term.ends_on} 23:59:59"
    for month in sorted({day.replace(day=1) for day in term.days}):
        write(connection, MAIN.format(month=month), folder / f"gate/main_{term.code}_{month:%Y-%m}.csv")
        write(connection, SCIENCE.format(month=month), folder / f"gate/science_{term.code}_{month:%Y-%m}.tsv", r"\t")
    connection.execute(LOANS.format(titles=campus.catalogue.titles.height, end=end))
    write(connection, LISTED.format(end=end), folder / f"circulation/loans_{term.code}.csv")
    write(connection, BOOKINGS.format(first=term.half * 10**9), folder / f"space/seats_{term.code}.csv")


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, delimiter: str = ",") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({query}) to '{path}' {CSV.format(delimiter)}")


def visits(connection: duckdb.DuckDBPyConnection) -> Visits:
    """The term's visits as the demo campus' own drawings of tickets and surveys take them."""
    query = "select who, day_number, cast(epoch(entered) as bigint), cast(epoch(left_at) as bigint), cast(is_science as bigint) from visit order by who, entered"
    return Visits(*connection.execute(query).fetchnumpy().values())


def tried(connection: duckdb.DuckDBPyConnection, campus: Campus, term: Term) -> Trials:
    begun = connection.sql("select number as reader, cast(epoch(loaned) as bigint) as loaned from begun").pl()
    return draw_trials(SEED, campus.people, campus.catalogue, begun, term, np.array([], dtype=np.int64))


if __name__ == "__main__":
    main()
