"""What the results in bench/results say: the tables between the marks in bench/README.md, and two charts beside them.

.venv/bin/python bench/report.py     # write both anew from what lies there
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import (
    Told,
    dagster,
    door,
    floor,
    is_feed,
    is_not_published,
    is_on_spark,
    is_other,
    is_select,
    night_records,
    peak,
    records,
    spent,
)
from growth import growth
from targets import targets

from pipelines.site import models
from profiles.charts.vega import layer, name, picture, quantity

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- {} by bench/report.py -->", "<!-- end of {} -->"
SHOWN = 25


def write(results: Path) -> None:
    """Both from every result there is, the smallest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*x.json")]
    every = sorted(found, key=lambda told: told["size"])
    text = README.read_text(encoding="utf-8")
    text = anew(text, "results", [*targets(every), "", *sizes(every), *[line for told in every for line in one(told)]])
    README.write_text(anew(text, "growth", list(growth(every))), encoding="utf-8")
    chart(every, results)


def anew(text: str, what: str, lines: list[str]) -> str:
    """The text with other lines between two marks."""
    begin, end = BEGIN.format(what), END.format(what)
    before, _, rest = text.partition(begin)
    return "\n".join([before + begin, "", *lines, "", end]) + rest.partition(end)[2]


def sizes(every: list[Told]) -> Iterator[str]:
    """All sizes side by side."""
    rows: dict[str, Callable[[Told], str]] = {
        "patrons × years": lambda t: f"{t['patrons']:,} × {t['years']}",
        "records in all exports": lambda t: f"{records(t):,}",
        "exports, MB": lambda t: f"{t['export_mb']:,.0f}",
        "**whole line**, s by the clock": lambda t: f"{spent(t, 'door', 'line', what='seconds'):,.0f}",
        "**whole line**, s of the processor": lambda t: f"{spent(t, 'door', 'line'):,.0f}",
        "— the door": lambda t: f"{door(t):,.0f}",
        "— SQL tables": lambda t: f"{spent(t, 'line', wanted=is_select):,.0f}",
        "— what Python makes, the gate, pages, the published file": lambda t: (
            f"{spent(t, 'line', wanted=is_other):,.0f}"
        ),
        "**floor**, s of the processor": lambda t: f"{floor(t):,.0f}",
        "— reading the exports, numbers hashed, what came twice once": lambda t: f"{spent(t, 'floor door'):,.0f}",
        "— the same SQL tables": lambda t: f"{spent(t, 'floor', wanted=is_not_published):,.0f}",
        "— the file that analysts get": lambda t: (
            f"{floor(t) - spent(t, 'floor door', 'floor', wanted=is_not_published):,.0f}"
        ),
        "ratio: door and SQL tables to the floor": lambda t: (
            f"{(door(t) + spent(t, 'line', wanted=is_select)) / spent(t, 'floor door', 'floor', wanted=is_not_published):.2f}"
        ),
        "ratio: whole line to the floor": lambda t: f"{spent(t, 'door', 'line') / floor(t):.2f}",
        "µs of the processor per record": lambda t: f"{1e6 * spent(t, 'door', 'line') / records(t):,.1f}",
        "records a second of the processor": lambda t: f"{records(t) / spent(t, 'door', 'line'):,.0f}",
        "highest memory of the process tree, MB": lambda t: f"{peak(t, 'door', 'line', 'night'):,}",
        "— at the door": lambda t: f"{peak(t, 'door', 'line', wanted=is_feed):,}",
        "— of the floor": lambda t: f"{peak(t, 'floor door', 'floor'):,}",
        "highest spill, MB": lambda t: f"{max(step['spill_mb'] for step in t['line'] + t['door']):,}",
        "on disk, MB: warehouse · published · vault": lambda t: " · ".join(
            f"{t['disk_mb'][part]:,}" for part in ("warehouse", "published", "vault")
        ),
        "**a night**, the last day's records": lambda t: f"{night_records(t):,}" if "night" in t else "not run",
        "— s by the clock · of the processor": lambda t: both(t, "night"),
        "— share of the whole line, by the processor": lambda t: (
            f"{spent(t, 'night') / spent(t, 'door', 'line'):.1%}" if "night" in t else "not run"
        ),
        "— in which nothing has come, s by the clock · of the processor": lambda t: both(t, "nothing"),
        "Dagster, ms an asset with a check": lambda t: f"{dagster(t):,.1f}",
        "— of all assets, share of the run": lambda t: (
            f"{dagster(t) * (len(t['line']) - 1) / 10 / spent(t, 'line'):.1f} %"
        ),
        "`mingyuan --help` · `mingyuan query`, s of the processor": commands,
        "clean, fact, portrait: DuckDB · Spark, s": on_spark,
        **{
            f"essentials by {engine}": lambda t, engine=engine: essential(t, engine)
            for engine in ("duckdb", "polars", "pandas")
        },
        "load of the machine, before · after": lambda t: f"{t['load']:.1f} · {t['load_after']:.1f}",
    }
    yield "| | " + " | ".join(f"{told['size']:g}×" for told in every) + " |"
    yield "|---|" + "---:|" * len(every)
    for label, cell in rows.items():
        yield f"| {label} | " + " | ".join(cell(told) for told in every) + " |"
    facts = every[-1]
    yield f"\n{facts['ended'][:10]}, a machine of {facts['cores']} cores and {facts['memory_gb']} GB.\n"
    yield "![the cost of a record by size](results/cost.svg) ![memory by size](results/memory.svg)\n"


def commands(told: Told) -> str:
    return " · ".join(f"{one['cpu']:.2f}" for one in told["commands"].values()) or "not run"


def both(told: Told, part: str) -> str:
    if part not in told:
        return "not run"
    return f"{spent(told, part, what='seconds'):,.0f} · {spent(told, part):,.0f}"


def on_spark(told: Told) -> str:
    if "spark" not in told:
        return "not run"
    ours, theirs = (spent(told, part, what="seconds", wanted=is_on_spark) for part in ("line", "spark"))
    return f"{ours:,.0f} · {theirs:,.0f}"


def essential(told: Told, engine: str) -> str:
    found = told.get("essentials", {}).get(engine, "not run")
    return (
        found
        if isinstance(found, str)
        else f"{found['seconds']:.1f} s, {found['cpu']:.1f} s of the processor, {found['peak_mb']:,} MB"
    )


def one(told: Told) -> Iterator[str]:
    """The dearest steps of a size, with the rows that went in and out."""
    steps = [step for step in told["door"] + told["line"] if step["step"] != "rows"]
    alone = {step["step"]: step for step in told["floor"]}
    tables = told["line"][-1]["tables"]
    yield f"\n<details><summary>{told['size']:g}×: the {SHOWN} dearest steps of {len(told['line']) - 1}</summary>\n"
    yield "| step | rows in | rows out | s | CPU s | rows a s | peak MB | spill MB | the floor's CPU s |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for step in sorted(together(steps), key=lambda step: -step["cpu"])[:SHOWN]:
        table = step["step"]
        read = sum(tables.get(one, 0) for one in models()[table].reads) if is_select(table) else 0
        read = read or (tables.get(table, 0) if is_feed(table) else 0)
        rate = f"{read / step['seconds']:,.0f}" if read and step["seconds"] else ""
        same = f"{alone[table]['cpu']:,.2f}" if table in alone else ""
        yield (
            f"| {table} | {told_of(read)} | {told_of(tables.get(table, 0))} | {step['seconds']:,.1f} | {step['cpu']:,.1f} | {rate} |"
            f" {step['peak_mb']:,} | {step['spill_mb']:,} | {same} |"
        )
    yield "\n</details>"


def together(steps: list[Told]) -> list[Told]:
    """One step for each name: what comes a term at a time is one."""
    found: dict[str, Told] = {}
    for step in steps:
        known = found.setdefault(
            step["step"], {"step": step["step"], "seconds": 0, "cpu": 0, "peak_mb": 0, "spill_mb": 0, "rows": 0}
        )
        known |= {what: known[what] + step.get(what, 0) for what in ("seconds", "cpu", "rows")}
        known |= {what: max(known[what], step[what]) for what in ("peak_mb", "spill_mb")}
    return list(found.values())


def told_of(rows: int) -> str:
    return f"{rows:,}" if rows else ""


def chart(every: list[Told], results: Path) -> None:
    """What a record costs, and how much memory the work holds, against the size."""
    cost = [
        {"records": records(t), "value": 1e6 * used / records(t), "side": side}
        for t in every
        for side, used in (("the whole line", spent(t, "door", "line")), ("the floor", floor(t)))
    ]
    memory = [
        {"records": records(t), "value": peak(t, *parts) / 1000, "side": side}
        for t in every
        for side, parts in (("the whole line", ("door", "line")), ("the floor", ("floor door", "floor")))
    ]
    for file, rows, title in (
        ("cost", cost, "µs of the processor per record"),
        ("memory", memory, "highest memory, GB"),
    ):
        across = quantity("records", scale={"type": "log"}, axis={"format": "~s", "title": "records in all exports"})
        up = quantity("value", axis={"title": title, "grid": True}, scale={"zero": True})
        line = layer(
            {"type": "line", "point": True},
            rows,
            x=across,
            y=up,
            color=name("side", legend={"title": None, "orient": "top"}),
        )
        drawn = str(picture({"width": 360, "height": 220, "layer": [line]}, title))
        alone = drawn.replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        )  # a page would not need to be told
        (results / f"{file}.svg").write_text(alone, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).with_name("results"))
