"""The essential portrait from the same exports, by DuckDB, by Polars and by pandas: what a script of a day would do.

    essentials.py duckdb|polars|pandas SIZE EXPORTS

Swipes that were let in, cards, entries, loans, bookings and the roster of each term; per person and term days of presence,
loans and kept bookings; the mid-rank of presence among everyone of the term and level; means and medians by college.
No encoding is guessed, nothing is checked, and nobody has a pseudonym.  All three must tell the same sums.
"""

import sys
from pathlib import Path

from campus import SETTINGS, size
from measure import step

TERM = r"(20\d\d-20\d\d-[12])"
STUDENT, STAFF = {"XH": "number", "PYCCM": "level", "SSXYMC": "college"}, {"GH": "number", "DWMC": "college"}
SQL = """
create table card as select 卡号 as card, trim(学工号) as number, coalesce(启用时间, '') as since, coalesce(停用时间, '9') as until from read_csv('{cards}', all_varchar = true);
create table day as
    select distinct number, term, day from (
        select number, regexp_extract(filename, '{term}') as term, replace(通行时间[:10], '/', '') as day, replace(通行时间, '/', '-') as seen, since, until
        from read_csv('{exports}/*/gate/main_*.csv', filename = true, all_varchar = true) join card on 卡号 = card where 结果 = '成功') where seen >= since and seen < until
    union select 学号, regexp_extract(filename, '{term}'), 日期 from read_csv('{exports}/*/gate/science_*.tsv', filename = true, all_varchar = true);
create table loan as select distinct 读者条码 as number, 条码号, 借出日期, min(regexp_extract(filename, '{term}')) as term
    from read_csv('{exports}/*/circulation/loans_*.csv', filename = true, all_varchar = true) group by all;
create table booking as select 学号 as number, regexp_extract(filename, '{term}') as term from read_csv('{exports}/*/space/*.csv', filename = true, all_varchar = true) where stat = 'COMPLETE';
create table person as select number, term, level, college, coalesce(visits, 0) as visits, coalesce(loans, 0) as loans, coalesce(bookings, 0) as bookings from roster
    left join (select number, term, count(*) as visits from day group by all) using (number, term) left join (select number, term, count(*) as loans from loan group by all) using (number, term)
    left join (select number, term, count(*) as bookings from booking group by all) using (number, term);
create table percentile as select (rank() over peers - 1 + count(*) over same / 2) / count(*) over all_peers as percentile from person
    window peers as (partition by term, level order by visits), same as (partition by term, level, visits), all_peers as (partition by term, level);
create table unit as select term, college, avg(visits) as mean, median(visits) as median from person group by all;
"""
SUMS = "select (select sum(visits) from person), (select sum(loans) from person), (select sum(bookings) from person), (select sum(percentile * percentile) from percentile), (select sum(median) from unit)"


def by_duckdb(exports: Path, terms: list[str]) -> list[float]:
    import duckdb

    with duckdb.connect(
        str(exports.with_suffix(".essentials")), config=SETTINGS | {"memory_limit": "4GB"}
    ) as connection:
        connection.register("roster", roster(exports, terms))
        connection.execute(SQL.format(exports=exports, term=TERM, cards=last_cards(exports)))
        return list(connection.execute(SUMS).fetchall()[0])


def by_polars(exports: Path, terms: list[str]) -> list[float]:
    import polars as pl

    def read(pattern: str, separator: str = ",") -> pl.LazyFrame:
        read = pl.scan_csv(exports / "*" / pattern, separator=separator, infer_schema=False, include_file_paths="file")
        return read.with_columns(term=pl.col("file").str.extract(TERM))

    keys = ["number", "term"]
    card = pl.scan_csv(last_cards(exports), infer_schema=False).select(
        "卡号",
        pl.col("启用时间").fill_null(""),
        pl.col("停用时间").fill_null("9"),
        number=pl.col("学工号").str.strip_chars(),
    )
    seen = pl.col("通行时间").str.replace_all("/", "-", literal=True)
    main = read("gate/main_*.csv").filter(pl.col("结果") == "成功").join(card, on="卡号")
    main = main.filter(seen >= pl.col("启用时间"), seen < pl.col("停用时间"))
    main = main.select(*keys, day=pl.col("通行时间").str.head(10).str.replace_all("/", "", literal=True))
    science = read("gate/science_*.tsv", "\t").select(
        pl.col("学号").alias("number"), "term", pl.col("日期").alias("day")
    )
    day = pl.concat([main, science]).unique()
    loan = read("circulation/loans_*.csv").group_by("读者条码", "条码号", "借出日期").agg(pl.col("term").min())
    booking = read("space/*.csv").filter(pl.col("stat") == "COMPLETE")
    person = pl.from_arrow(roster(exports, terms)).lazy()
    for rows, name in (
        (day, "visits"),
        (loan.rename({"读者条码": "number"}), "loans"),
        (booking.rename({"学号": "number"}), "bookings"),
    ):
        person = person.join(rows.group_by(keys).len(name), on=keys, how="left")
    person = person.with_columns(pl.col("visits", "loans", "bookings").fill_null(0)).collect(engine="streaming")
    rank = (pl.col("visits").rank("average").over("term", "level") - 0.5) / pl.len().over("term", "level")
    unit = person.group_by("term", "college").agg(pl.col("visits").mean().alias("mean"), pl.col("visits").median())
    return [
        *person.select("visits", "loans", "bookings").sum().row(0),
        person.select((rank * rank).sum()).item(),
        unit["visits"].sum(),
    ]


def by_pandas(exports: Path, terms: list[str]) -> list[float]:
    import pandas as pd

    def read(pattern: str, columns: list[str], separator: str = ",") -> "pd.DataFrame":
        paths = sorted(exports.glob(f"*/{pattern}"))
        return pd.concat(
            pd.read_csv(path, sep=separator, dtype=str, usecols=columns).assign(term=path.stem.split("_")[1])
            for path in paths
        )

    card = pd.read_csv(last_cards(exports), dtype=str).fillna({"启用时间": "", "停用时间": "9"})
    main = read("gate/main_*.csv", ["卡号", "通行时间", "结果"])
    main = main[main["结果"] == "成功"].merge(card[["卡号", "学工号", "启用时间", "停用时间"]], on="卡号")
    seen = main["通行时间"].str.replace("/", "-")
    main = main[(seen >= main["启用时间"]) & (seen < main["停用时间"])]
    main = pd.DataFrame(
        {
            "number": main["学工号"].str.strip(),
            "term": main["term"],
            "day": main["通行时间"].str[:10].str.replace("/", ""),
        }
    )
    science = read("gate/science_*.tsv", ["学号", "日期"], "\t").rename(columns={"学号": "number", "日期": "day"})
    day = pd.concat([main, science]).drop_duplicates()
    loan = read("circulation/loans_*.csv", ["读者条码", "条码号", "借出日期"]).sort_values("term")
    loan = loan.drop_duplicates(["读者条码", "条码号", "借出日期"]).rename(columns={"读者条码": "number"})
    booking = read("space/*.csv", ["学号", "stat"]).rename(columns={"学号": "number"})
    person = roster(exports, terms).to_pandas()
    for rows, name in ((day, "visits"), (loan, "loans"), (booking[booking["stat"] == "COMPLETE"], "bookings")):
        person = person.merge(rows.groupby(["number", "term"]).size().rename(name).reset_index(), how="left")
    person[["visits", "loans", "bookings"]] = person[["visits", "loans", "bookings"]].fillna(0)
    peers = person.groupby(["term", "level"]).visits
    units = person.groupby(["term", "college"]).visits.agg(["mean", "median"])
    sums = [person[name].sum() for name in ("visits", "loans", "bookings")]
    return [*sums, (((peers.rank() - 0.5) / peers.transform("size")) ** 2).sum(), units["median"].sum()]


def roster(exports: Path, terms: list[str]) -> "object":
    """Number, term, level and college of everyone, from the hub's files in its own encoding."""
    import polars as pl

    found = []
    for term, students, staff in zip(
        terms, sorted(exports.glob("*/hub/students_*.csv")), sorted(exports.glob("*/hub/staff_*.csv")), strict=True
    ):
        frames = [pl.read_csv(path, encoding="gb18030", infer_schema=False) for path in (students, staff)]
        frames = [frames[0].filter(pl.col("XSDQZTM").is_in(["01", "05"])), frames[1].filter(pl.col("ZT") == "在职")]
        renamed = [
            frame.select(pl.col(old).alias(new) for old, new in names.items())
            for frame, names in zip(frames, (STUDENT, STAFF), strict=True)
        ]
        found.append(
            pl.concat(renamed, how="diagonal").with_columns(pl.col("level").fill_null("staff"), term=pl.lit(term))
        )
    return pl.concat(found).to_arrow()


def last_cards(exports: Path) -> Path:
    return max(exports.glob("*/hub/cards_*.csv"), key=lambda path: path.name)


if __name__ == "__main__":
    engine, terms = sys.argv[1], [term.code for term in size(sys.argv[2]).terms]
    with step(engine) as facts:
        sums = {"duckdb": by_duckdb, "polars": by_polars, "pandas": by_pandas}[engine](Path(sys.argv[3]), terms)
        facts["sums"] = [round(float(one), 3) for one in sums]
