"""The benchmark suite in small: its exports are taken in whole, its other ways agree, and its report says what was measured.

Nothing is timed here.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.paths import ROOT

SIZE = "0.05x"  # 250 patrons, two terms
ESSENTIALS = ("duckdb", "polars", "pandas")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "bench")
    return import_module("measure")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's folder with the exports of both terms, a folder each."""
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "bench")
        for term in (0, 1):
            import_module("measure").steps("campus.py", SIZE, term, folder / "exports" / str(term))
    text = (ROOT / "campus.example.yml").read_text(encoding="utf-8")
    (folder / "campus.yml").write_text(text, encoding="utf-8")
    return folder


def lines(folder: Path, pattern: str, word: str = "") -> int:
    """The records in all files of a pattern that hold a word, headings not among them."""
    texts = [path.read_text(encoding="utf-8").splitlines()[1:] for path in folder.glob(pattern)]
    return sum(word in line for text in texts for line in text)


def test_the_same_size_gives_the_same_exports(bench: ModuleType, folder: Path, tmp_path: Path) -> None:
    bench.steps("campus.py", SIZE, 0, tmp_path / "again" / "0")
    first, again = (
        {path.relative_to(root): hashlib.sha256(path.read_bytes()).digest() for path in root.rglob("*.[ct]sv")}
        for root in (folder / "exports" / "0", tmp_path / "again" / "0")
    )
    assert again == first
    assert len(first) > 15


def test_three_ways_tell_the_same_essentials(bench: ModuleType, folder: Path) -> None:
    told = [bench.steps("essentials.py", engine, SIZE, folder / "exports")[0] for engine in ESSENTIALS]
    assert told[0]["sums"] == told[1]["sums"] == told[2]["sums"]
    assert min(told[0]["sums"]) > 0
    assert all(one["peak_mb"] > 20 for one in told)


def test_what_is_drawn_is_taken_in_whole(bench: ModuleType, folder: Path) -> None:
    drawn, landing = folder / "exports" / "1", folder / "data" / "landing"
    passed = lines(drawn, "gate/main_*.csv", "成功") + lines(drawn, "gate/science_*.tsv")
    bookings = lines(drawn, "space/*.csv")
    (alone,) = bench.steps("floor.py", "door", drawn, folder)
    for path in [path for path in drawn.rglob("*") if path.is_file() and path.suffix != ".utf8"]:
        (landing / path.relative_to(drawn)).parent.mkdir(parents=True, exist_ok=True)
        (landing / path.relative_to(drawn)).write_bytes(path.read_bytes())
    feeds = {step["step"]: step for step in bench.steps("line.py", "door", folder)}
    assert not [feed for feed, step in feeds.items() if step["refused"]]
    assert (feeds["raw.gate_event"]["rows"], feeds["raw.space_booking"]["rows"]) == (passed, bookings)
    workbook = feeds["raw.survey_answer"]["rows"]  # which the floor does not read
    assert alone["rows"] == sum(step["rows"] for step in feeds.values()) - workbook


def test_a_process_that_holds_too_much_is_ended(bench: ModuleType, folder: Path) -> None:
    with pytest.raises(bench.TooLarge):
        bench.steps("essentials.py", "duckdb", SIZE, folder / "exports", limit_mb=30)


def test_children_that_a_thread_has_started_are_measured_while_they_live(bench: ModuleType) -> None:
    busy = "x = bytearray(90_000_000)\nwhile True: x[0] = 1"
    own, worked = bench.resident_mb(os.getpid()), bench.cpu_seconds()
    with ThreadPoolExecutor(1) as thread:
        child = thread.submit(subprocess.Popen, [sys.executable, "-c", busy]).result()
        try:
            while bench.cpu_seconds() < worked + 1 and child.poll() is None:
                time.sleep(0.05)
            assert bench.resident_mb(os.getpid()) > own + 80
        finally:
            child.kill()
            child.wait()


def result(size: int, millions: int) -> dict[str, Any]:
    """As if a million records took the door 2 s, a table 1 s and a page 3 s on top of 5, and the floor 1 s, 1 s and 0.5 s."""

    def step(name: str, cpu: float, **more: object) -> dict[str, object]:
        return {"step": name, "seconds": 2 * cpu, "cpu": cpu, "peak_mb": 100 * millions, "spill_mb": 0, **more}

    rows = {"files": 1, "rows": 10**6 * millions, "refused": 0}
    return {
        "size": size,
        "patrons": 5000 * millions,
        "years": 1,
        "export_mb": 50 * millions,
        "door": [step("raw.gate_event", 2 * millions, **rows)],
        "line": [
            step("clean.visit", millions),
            step("page.college", 5 + 3 * millions),
            step("rows", 0, tables={"raw.gate_event": 10**6 * millions, "clean.visit": 9}),
        ],
        "floor door": [step("door", millions, rows=10**6 * millions)],
        "floor": [step("clean.visit", millions), step("published", millions / 2)],
        "dagster": [step("empty assets", 5, assets=100)],
        "commands": {"mingyuan --help": {"seconds": 0.4, "cpu": 0.2}, "mingyuan query": {"seconds": 1, "cpu": 0.5}},
        "disk_mb": {"warehouse": 100 * millions, "published": 10, "vault": 50 * millions},
        "load": 1.0,
        "load_after": 1.0,
        "cores": 2,
        "memory_gb": 8,
        "ended": "2026-11-27 05:00",
    }


def test_the_report_says_what_was_measured(bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = import_module("report")
    monkeypatch.setattr(report, "README", tmp_path / "README.md")
    marked = [f"{report.BEGIN.format(what)}\nold\n{report.END.format(what)}\n" for what in ("results", "growth")]
    report.README.write_text("before\n" + "between\n".join(marked) + "after\n", encoding="utf-8")
    for size, millions in ((1, 1), (10, 10)):
        (tmp_path / f"{size}x.json").write_text(json.dumps(result(size, millions)), encoding="utf-8")
    report.write(tmp_path)
    text = report.README.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "between" in text
    assert "old" not in text
    assert "| ratio: door and SQL tables to the floor | 1.50 | 1.50 |" in text  # (2 + 1) / (1 + 1)
    assert "| ratio: whole line to the floor | 4.40 | 2.60 |" in text  # 11 / 2.5 and 65 / 25
    assert (
        "| whole line ≤ 1.3 × the floor at 1000× | 2.40 by the slopes, not measured | **not kept** |" in text
    )  # 6005 / 2500
    assert "| cost of a record at 1000× ≤ 1.2 × that at 10× | 0.92 by the slopes, not measured | kept |" in text
    assert "| highest memory ≤ 8,000 MB | 1,000 MB at 10× | kept |" in text
    assert "the whole line: 5 + 6.0 N seconds of one core" in text
    assert "warehouse 0 + 100.0 N, vault 0 + 50.0 N, published 10 + 0.0 N" in text
    assert "| records N, millions | 4,000 | 80,000 |" in text  # 2 and 40 million patrons, 200 records a year, ten years
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in tmp_path.glob("*.svg"))
    assert len(list(tmp_path.glob("*.svg"))) == 2
