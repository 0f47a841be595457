"""The whole line on a campus of a size, beside the same work done otherwise, in one run: `make bench SIZE=10x`.

    .venv/bin/python bench/suite.py 1x          # 5,000 patrons, a year, a million records: some minutes
    .venv/bin/python bench/suite.py 100x        # 100,000 patrons, five years, a hundred million records
    .venv/bin/python bench/suite.py 10x --spark # the line on Spark, too, where `make spark-here` was run

A size is drawn, taken in and built as a night does it, from exports to published portraits and reports.  Up to 100x all
exports lie there at once; beyond, they are drawn and taken in a term at a time, so that the disk holds them.  The last busy
Wednesday is kept back and comes as a night of its own; then comes a night in which nothing has come.  Every part runs in a process of
its own and is measured from outside (measure.py).  What is found is kept in bench/results and told in bench/README.md.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb
import report
from campus import Size, size
from measure import Step, TooLarge, cpu_seconds, size_mb, steps
from one_day import FEEDS, bring, cut

from pipelines.paths import ROOT
from pipelines.site import Site

RESULTS = Path(__file__).with_name("results")
KEPT_UP_TO = 100
LIMIT_MB = 8000
SITE_LINES = "\nmemory_limit: 4GB\nparser_seconds: 3600\n"
ENGINES = ("duckdb", "polars", "pandas")
SPARK = "local[2]"
COMMANDS = {"mingyuan --help": ["--help"], "mingyuan query": ["query", "select count(*) from portrait.individual"]}
TRIES = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=size)
    parser.add_argument("--spark", action="store_true", help="the line on Spark, too")
    parser.add_argument("--folder", type=Path, help="where there is room; a temporary folder unless said otherwise")
    given = parser.parse_args()
    if given.spark and not find_spec("pyspark"):
        parser.error("Spark is not installed — `make spark-here` installs it")
    with tempfile.TemporaryDirectory(prefix="mingyuan-bench-", dir=given.folder) as folder:
        suite = Suite(given.size, Path(folder))
        for told in suite.run(given.spark):
            (RESULTS / f"{given.size.name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            report.write(RESULTS)


class Suite:
    """One size in one folder; what each part has told is kept as it comes."""

    def __init__(self, size: Size, folder: Path) -> None:
        self.size, self.folder, self.exports, self.waiting = size, folder, folder / "exports", folder / "waiting"
        self.told: dict = {"size": size.times, "patrons": size.patrons, "years": size.years, **machine()}
        lines = (ROOT / "campus.example.yml").read_text(encoding="utf-8") + SITE_LINES
        (folder / "campus.yml").write_text(lines, encoding="utf-8")
        self.campus = Site(file=str(folder / "campus.yml")).campus

    def run(self, with_spark: bool) -> Iterator[dict]:
        """Every part in order; what there is before the last, which is the slowest, and what there is then."""
        self.told |= {"draw": [], "door": [], "floor door": [], "export_mb": 0.0}
        terms, is_kept = range(len(self.size.terms)), self.size.times <= KEPT_UP_TO
        if is_kept:
            for term in terms:
                self.draw(term)
            self.told["essentials"] = {engine: self.essentials(engine) for engine in ENGINES}
        for term in terms:
            if is_kept:
                self.land(term)
                continue
            self.draw(term)
            self.land(term)
            self.part("door", steps("line.py", "door", self.folder, spill=self.spill))
        if with_spark and is_kept:
            shutil.copytree(self.campus.data, self.folder / "spark" / "data", copy_function=os.link)
        self.part("line", steps("line.py", "run", self.folder, spill=self.spill))
        self.told["disk_mb"] = {part.name: round(size_mb(part)) for part in self.campus.data.iterdir() if part.is_dir()}
        bring(self.waiting, self.campus.landing)
        for night in ("night", "nothing"):
            self.part(night, steps("line.py", "run", self.folder, spill=self.spill))
        self.part("dagster", steps("line.py", "dagster", self.folder))
        self.told["commands"] = {name: self.command(words) for name, words in COMMANDS.items()}
        self.part("floor", steps("floor.py", "models", self.folder, spill=self.folder / "floor"))
        yield self.told | ended()
        if with_spark and is_kept:
            self.on_spark()
            yield self.told | ended()

    @property
    def spill(self) -> Path:
        return self.campus.warehouse.parent / "spill"

    def draw(self, term: int) -> None:
        self.part("draw", steps("campus.py", self.size.name, term, self.exports / str(term)))
        self.told["export_mb"] += size_mb(self.exports / str(term))

    def land(self, term: int) -> None:
        """The term's exports, read by the floor and then put where the product looks for them, up to the last busy Wednesday."""
        drawn = self.exports / str(term)
        self.part("floor door", steps("floor.py", "door", drawn, self.folder, spill=self.folder / "floor"))
        day = last_busy_day(drawn) if term == len(self.size.terms) - 1 else None
        for path in [path for path in drawn.rglob("*") if path.is_file()]:
            name = path.relative_to(drawn)
            if day and name.parent.name in FEEDS:
                cut(path, name, day, self.campus.landing, self.waiting)
            elif path.suffix != ".utf8":
                landed = self.campus.landing / name
                landed.parent.mkdir(parents=True, exist_ok=True)
                path.rename(landed)
        shutil.rmtree(drawn)

    def essentials(self, engine: str) -> Step | str:
        """What it took, or where it stopped."""
        try:
            (told,) = steps("essentials.py", engine, self.size.name, self.exports, limit_mb=LIMIT_MB)
        except TooLarge:
            told = f"stopped at {LIMIT_MB:,} MB"
        self.exports.with_suffix(".essentials").unlink(missing_ok=True)
        print(f"essentials by {engine}: {told}", flush=True)
        return told

    def on_spark(self) -> None:
        """The line once more from the same exports; Spark runs what is clean, fact and portrait."""
        spark = self.folder / "spark"
        shutil.copy(self.folder / "campus.yml", spark)
        self.part(
            "spark", steps("line.py", "run", spark, spill=spark / "data" / "warehouse" / "spill", MINGYUAN_ENGINE=SPARK)
        )

    def command(self, words: list[str]) -> dict[str, float]:
        """The least of some tries, by the clock and of the processor, as a shell would see it."""
        found = []
        for _ in range(TRIES):
            began, worked = time.perf_counter(), cpu_seconds()
            command = [
                str(Path(sys.executable).with_name("mingyuan")),
                "--site",
                str(self.folder / "campus.yml"),
                *words,
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            found.append((time.perf_counter() - began, cpu_seconds() - worked))
        return {"seconds": min(seconds for seconds, _ in found), "cpu": min(cpu for _, cpu in found)}

    def part(self, name: str, found: list[Step]) -> None:
        """Keep what a part has told, and say it in a line."""
        self.told.setdefault(name, []).extend(found)
        seconds, cpu = (sum(step.get(what, 0) for step in found) for what in ("seconds", "cpu"))
        peak = max((step["peak_mb"] for step in found), default=0)
        print(f"{name:12} {seconds:9.1f} s {cpu:9.1f} s of the processor, peak {peak:,} MB", flush=True)


def last_busy_day(drawn: Path) -> dt.date:
    """The last Wednesday on which the main gate saw at least half as many as on its busiest; what is later does not land."""
    swipes = f"read_csv('{drawn}/gate/main_*.csv', all_varchar = true)"
    by_day = f"select strptime(left(通行时间, 10), '%Y/%m/%d') as day, count(*) as swipes from {swipes} group by day"
    busy = f"select max(day) filter (isodow(day) = 3) from ({by_day} qualify swipes >= max(swipes) over () / 2)"
    found: dt.datetime = duckdb.sql(busy).fetchall()[0][0]
    return found.date()


def machine() -> dict:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "began": f"{dt.datetime.now():%Y-%m-%d %H:%M}",
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "load": os.getloadavg()[1],
    }


def ended() -> dict:
    return {"ended": f"{dt.datetime.now():%Y-%m-%d %H:%M}", "load_after": os.getloadavg()[1]}


if __name__ == "__main__":
    main()
