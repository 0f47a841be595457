"""The way in, with every guarantee on, beside bare DuckDB filling the same typed table from the same file.

    .venv/bin/python bench/door.py                        # 5 M and 50 M swipes, 1,048,575 loans
    .venv/bin/python bench/door.py --short                # a few small files, in about half a minute
    .venv/bin/python bench/door.py --swipes 5 --loans 0   # so many million rows of each
    .venv/bin/python bench/door.py --only gbk             # the cases whose name holds this word

The product's side is what a night runs: the file copied, hashed, decoded, counted twice, mapped,
pseudonymised, freed of repeated records, judged, loaded in a transaction with the ledger, and sealed.
The bare side is one ``insert … select`` from ``read_csv`` with every type given, into a database on disk;
for GBK the file is first rewritten in UTF-8, and a workbook is read by fastexcel.  Each case and side
runs in a process of its own, and its memory is that of the process and its children together.
Timed are also a first small file, which finds an empty warehouse and pays for what is imported, and at
last a night's file of 10,000 records.  Machines differ and are noisy: the ratios are what this is for,
and where others work beside, that of the processor's seconds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import door_files
import duckdb
from measure import cpu_seconds, resident_mb

from pipelines.building.expectations import expectations_of
from pipelines.exports import take_in
from pipelines.paths import ROOT, SQL
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

MEMORY_LIMIT = "2GB"
SITE = f"""
name: {{zh: 大门, en: Door}}
memory_limit: {MEMORY_LIMIT}
parser_memory_mb: 4096
parser_seconds: 7200
sources:
  gate_by_name: {{files: "first/*"}}
  gate: {{preset: gate_by_name, files: "swipes/*"}}
  first_loans: {{preset: libsys_loans, files: "first_loans/*"}}
  loans: {{preset: libsys_loans, files: "loans/*.csv"}}
  workbook: {{preset: libsys_loans, files: "loans/*.xlsx", format: xlsx}}
"""
FIRST, NIGHT = 1000, 10_000
SWIPE_TYPES = "{'卡号': 'varchar', '闸机名称': 'varchar', '通行时间': 'timestamp', '结果': 'varchar'}"
SWIPES = """
    insert into raw.gate_event
    select 卡号, '总馆', 闸机名称, case 闸机名称[1] when '进' then 'in' when '出' then 'out' else 'unknown' end, 通行时间
    from {} where 结果 = '成功'
"""
LOAN_TYPES = """{'读者条码': 'varchar', '条码号': 'varchar', '题名': 'varchar', '索书号': 'varchar', '馆藏地': 'varchar',
    '文献类型': 'varchar', '借出日期': 'timestamp', '应还日期': 'timestamp', '归还日期': 'timestamp', '续借次数': 'integer'}"""
LOANS = """
    insert into raw.loan
    select 读者条码 || 条码号, 读者条码, 条码号, 题名, 索书号, 馆藏地, 文献类型,
        借出日期::timestamp, 应还日期::timestamp, 归还日期::timestamp, 续借次数::integer
    from {}
"""


@dataclass(frozen=True)
class Case:
    """One file to take in."""

    what: str
    form: str
    rows: int

    @property
    def name(self) -> str:
        return f"{self.what} {self.form}"

    @property
    def table(self) -> str:
        return "raw.gate_event" if self.what == "swipes" else "raw.loan"

    @property
    def file(self) -> str:
        return f"{self.what}/{self.rows}.{'xlsx' if self.form == 'xlsx' else 'csv'}"


def main() -> None:
    """Run every case asked for, and print a line for each."""
    if sys.argv[1:2] in (["product"], ["bare"]):
        case = Case(**json.loads(sys.argv[3]))
        print(json.dumps({"product": product, "bare": bare}[sys.argv[1]](Path(sys.argv[2]), case)))
        return
    print(f"{'':36}the product{'':32}bare{'':23}ratio of{'':9}seconds for")
    print(
        f"{'':13}{'rows':>11}{'MB':>7} |{'seconds':>8}{'CPU s':>7}{'rows/s':>10}{'peak MB':>8} |"
        f"{'seconds':>8}{'CPU s':>7}{'peak MB':>8} |{'seconds':>8}{'CPU s':>7} | first, night"
    )
    for case in cases():
        with tempfile.TemporaryDirectory(prefix="mingyuan-door-") as folder:
            measure(case, Path(folder))


def cases() -> list[Case]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--swipes", type=float, nargs="*", default=[5, 50], help="millions; GBK only the first")
    parser.add_argument("--loans", type=float, default=door_files.SHEET / 1e6, help="millions")
    parser.add_argument("--only", default="", help="a word in the case's name")
    parser.add_argument("--short", action="store_true", help="three small files")
    given = parser.parse_args()
    if given.short:
        return [Case("swipes", "csv", 100_000), Case("swipes", "gbk", 100_000), Case("loans", "xlsx", 20_000)]
    sizes, loans = [int(millions * 1e6) for millions in given.swipes], round(given.loans * 1e6)
    every = [Case("swipes", "csv", rows) for rows in sizes] + [Case("swipes", "gbk", rows) for rows in sizes[:1]]
    every += [Case("loans", form, loans) for form in ("csv", "gbk", "xlsx") if loans]
    return [case for case in every if given.only in case.name]


def measure(case: Case, folder: Path) -> None:
    landing = folder / "data" / "landing"
    (folder / "campus.yml").write_text(SITE, encoding="utf-8")
    door_files.make(landing / case.file, case.what, case.form, case.rows)
    megabytes = (landing / case.file).stat().st_size / 1e6
    alone, alone_peak = in_child("bare", folder, case)
    whole, peak = in_child("product", folder, case)
    assert whole["rows"] == alone["rows"] - door_files.repeated(case.rows), (whole, alone)
    seconds, cpu = whole["seconds"], whole["cpu"]
    print(
        f"{case.name:13}{case.rows:11,}{megabytes:7,.0f} |{seconds:8.1f}{cpu:7.1f}{case.rows / seconds:10,.0f}{peak:8,.0f} |"
        f"{alone['seconds']:8.1f}{alone['cpu']:7.1f}{alone_peak:8,.0f} |"
        f"{seconds / alone['seconds']:8.2f}{cpu / alone['cpu']:7.2f} | {whole['first']:.1f}, {whole['night']:.2f}",
        flush=True,
    )


def in_child(side: str, folder: Path, case: Case) -> tuple[dict[str, float], float]:
    """What one side tells, and the highest memory of it and its children in MB."""
    command = [sys.executable, __file__, side, str(folder), json.dumps(asdict(case))]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        while child.poll() is None:
            peak = max(peak, resident_mb(child.pid))
            time.sleep(0.05)
        assert child.stdout is not None
        assert child.returncode == 0, side
        return json.loads(child.stdout.read().splitlines()[-1]), peak


def product(folder: Path, case: Case) -> dict[str, float]:
    """A first small file, which finds nothing loaded yet; then the file; then a night's after it."""
    site = Site(file=str(folder / "campus.yml"))
    landing, small = site.campus.landing, "first" if case.what == "swipes" else "first_loans"
    waiting = folder / "waiting"
    (landing / case.file).rename(waiting)
    path = site.campus.warehouse
    path.parent.mkdir(parents=True)
    with Warehouse(path=str(path), memory_limit=MEMORY_LIMIT).opened() as warehouse:
        door_files.make(landing / small / "first.csv", case.what, "csv", FIRST)
        first, _, before = taken(warehouse, site, case)
        waiting.rename(landing / case.file)
        seconds, cpu, rows = taken(warehouse, site, case)
        door_files.make(landing / small / "night.csv", case.what, "csv", NIGHT, 7)
        night, _, _ = taken(warehouse, site, case)
    return {"first": first, "seconds": seconds, "cpu": cpu, "rows": rows - before, "night": night}


def taken(warehouse: Warehouse, site: Site, case: Case) -> tuple[float, float, int]:
    """The seconds it takes to load what has arrived, up to its being safe on disk; the processor's; the rows then."""
    model = models()[case.table]
    expected = expectations_of(model)
    began, worked = time.perf_counter(), cpu_seconds()
    intake = take_in(warehouse, site, model, expected)
    warehouse.connection.execute("checkpoint")
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - worked
    assert intake.files == 1, intake.refusals
    return seconds, cpu, warehouse.rows(case.table)


def bare(folder: Path, case: Case) -> dict[str, float]:
    """The same table from the same file by DuckDB alone."""
    path, text = folder / "data" / "landing" / case.file, folder / "utf8.csv"
    with duckdb.connect(str(folder / "bare.duckdb"), config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(f"set threads = {os.cpu_count()}; create schema raw")
        connection.execute((SQL / f"{case.table.replace('.', '/')}.sql").read_text(encoding="utf-8"))
        began, worked = time.perf_counter(), cpu_seconds()
        connection.begin()
        if case.form == "xlsx":
            connection.register("sheet", sheet(path))
            connection.execute(LOANS.format("sheet"))
        else:
            types = SWIPE_TYPES if case.what == "swipes" else LOAN_TYPES
            read = f"read_csv('{rewritten(path, text) if case.form == 'gbk' else path}', header = true, auto_detect = false, columns = {types})"
            connection.execute((SWIPES if case.what == "swipes" else LOANS).format(read))
        connection.commit()
        connection.execute("checkpoint")
        seconds, cpu = time.perf_counter() - began, cpu_seconds() - worked
        rows = connection.execute(f"select count(*) from {case.table}").fetchall()[0][0]
    text.unlink(missing_ok=True)
    return {"seconds": seconds, "cpu": cpu, "rows": rows}


def rewritten(path: Path, target: Path) -> Path:
    with path.open(encoding="gb18030", newline="") as source, target.open("w", encoding="utf-8", newline="") as text:
        while part := source.read(1 << 20):
            text.write(part)
    return target


def sheet(path: Path) -> object:
    import fastexcel

    return fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_arrow()


if __name__ == "__main__":
    main()
