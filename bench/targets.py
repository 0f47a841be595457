"""What the line is meant to keep to, and what was found; where a size was not measured, by the slopes of growth.py, and so said."""

from collections.abc import Callable, Iterator

from figures import Told, dagster, floor, peak, records, spent
from growth import Line

RATIO, MEMORY_MB, DEARER, SHARE, NIGHT, HELP, QUERY = 1.3, 8000, 1.2, 0.1, 0.02, 0.5, 1.0
TEN, LARGE = 10, (100, 1000)


def targets(every: list[Told]) -> Iterator[str]:
    """A line for each."""
    yield "| target | found | |"
    yield "|---|---|---|"
    rows = [memory(every[-1]), *night(every[-1]), share(every[-1]), *commands(every)]
    if len(every) > 1:
        rows = [*(ratio(every, size) for size in LARGE), dearer(every), *rows]
    for target, found, is_kept in rows:
        yield f"| {target} | {found} | {'kept' if is_kept else '**not kept**'} |"


Row = tuple[str, str, bool]


def ratio(every: list[Told], size: float) -> Row:
    """The whole line against the floor."""
    (line, how), (bare, _) = (at(every, size, figure) for figure in (whole, floor))
    return f"whole line ≤ {RATIO} × the floor at {size}×", f"{line / bare:.2f} {how}", line / bare <= RATIO


def dearer(every: list[Told]) -> Row:
    """A record's cost at the largest size against that at ten times."""
    (large, how), (ten, _) = at(every, LARGE[-1], whole), at(every, TEN, whole)
    found = large / LARGE[-1] / (ten / TEN)
    return f"cost of a record at {LARGE[-1]}× ≤ {DEARER} × that at {TEN}×", f"{found:.2f} {how}", found <= DEARER


def memory(told: Told) -> Row:
    found = peak(told, "door", "line", "night")
    return f"highest memory ≤ {MEMORY_MB:,} MB", f"{found:,} MB at {told['size']:g}×", found <= MEMORY_MB


def night(told: Told) -> Iterator[Row]:
    if "night" in told:
        found = spent(told, "night") / whole(told)
        yield f"a night ≤ {NIGHT:.0%} of the whole line", f"{found:.1%} at {told['size']:g}×", found <= NIGHT


def share(told: Told) -> Row:
    """What Dagster costs by itself: of a night, or of a run of everything where no night was measured."""
    run, what = ("night", "a night") if "night" in told else ("line", "a run of everything")
    found = dagster(told) * (len(told[run]) - 1) / 1000 / spent(told, run)
    return f"Dagster's own share of {what} < {SHARE:.0%}", f"{found:.1%} at {told['size']:g}×", found < SHARE


def commands(every: list[Told]) -> Iterator[Row]:
    """By the seconds of the processor, which a busy machine does not change."""
    measured = [told["commands"] for told in every if told["commands"]]
    limits = {"mingyuan --help": HELP, "mingyuan query": QUERY}
    for name, limit in limits.items() if measured else ():
        found = measured[-1][name]["cpu"]
        yield f"`{name}` < {limit:g} s", f"{found:.2f} s of the processor", found < limit


def whole(told: Told) -> float:
    return spent(told, "door", "line")


def at(every: list[Told], size: float, figure: Callable[[Told], float]) -> tuple[float, str]:
    """The figure of a size, and whether it was measured."""
    found = next((told for told in every if told["size"] == size), None)
    if found:
        return figure(found), "measured"
    large = every[-1]
    millions = records(large) / large["size"] * size / 1e6
    return Line.through(every[-2], large, figure).at(millions), "by the slopes, not measured"
