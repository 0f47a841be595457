"""What the measured slopes say of a province and of a country: every figure with its formula."""

from collections.abc import Callable, Iterator

from figures import Told, door, is_on_spark, is_select, records, spent

PLACES = {"a province": 2_000_000, "a country": 40_000_000}
YEARS, WEEKEND_HOURS, FEW, MANY = 10, 48, 16, 64


def growth(every: list[Told]) -> Iterator[str]:
    """The page, from the two largest sizes there are."""
    if len(every) < 2:
        yield "Two sizes at least have to be measured first."
        return
    small, large = every[-2:]
    line = Line.through(small, large, lambda told: spent(told, "door", "line"))
    shared = Line.through(small, large, lambda told: door(told) + spent(told, "line", wanted=is_select))
    disk = {
        part: Line.through(small, large, lambda told, part=part: told["disk_mb"][part])
        for part in ("warehouse", "vault", "published")
    }
    memory = Line.through(
        small, large, lambda told: max(step["peak_mb"] for step in told["line"] if not is_select(step["step"]))
    )
    rate = records(large) / large["patrons"] / large["years"]
    yield f"Slopes from {small['size']:g}× to {large['size']:g}×, slope = (figure at {large['size']:g}× − at {small['size']:g}×) ÷ (records − records), N in millions of records:\n"
    yield f"* the whole line: {line} seconds of one core; of it the door and the SQL tables, which use every core, {shared}"
    yield f"* on disk, MB: warehouse {disk['warehouse']}, vault {disk['vault']}, published {disk['published']}"
    yield f"* highest memory of the steps that Python makes, MB: {memory}, which is more than they need: what DuckDB keeps at hand, up to `memory_limit`, is in it"
    yield f"* a patron leaves {rate:,.0f} records a year here\n"
    yield (
        f"| {YEARS} years of | "
        + " | ".join(f"{place}, {patrons / 1e6:g} million" for place, patrons in PLACES.items())
        + " | formula |"
    )
    yield "|---|" + "---:|" * len(PLACES) + "---|"
    millions = {place: patrons * YEARS * rate / 1e6 for place, patrons in PLACES.items()}
    rows: dict[str, tuple[Callable[[float], str], str]] = {
        "records N, millions": (lambda n: f"{n:,.0f}", f"patrons × {YEARS} × {rate:,.0f}"),
        "everything anew, hours of one core": (lambda n: f"{line.at(n) / 3600:,.0f}", "line(N)"),
        f"the same on {FEW} cores, hours": (
            lambda n: f"{clock(line, shared, n, FEW):,.0f}",
            f"(line(N) − shared(N)) + shared(N) ÷ {FEW}",
        ),
        f"the same on {MANY} cores, hours": (
            lambda n: f"{clock(line, shared, n, MANY):,.0f}",
            f"(line(N) − shared(N)) + shared(N) ÷ {MANY}",
        ),
        "warehouse + vault + published, TB": (
            lambda n: f"{sum(one.at(n) for one in disk.values()) / 1e6:,.1f}",
            "sum of the three lines",
        ),
        "memory for what Python makes, at most, GB": (lambda n: f"{memory.at(n) / 1000:,.0f}", "memory(N)"),
    }
    for label, (cell, formula) in rows.items():
        yield f"| {label} | " + " | ".join(cell(n) for n in millions.values()) + f" | {formula} |"
    most = (WEEKEND_HOURS * 3600 - (line.fixed - shared.fixed) - shared.fixed / MANY) / (
        line.slope - shared.slope + shared.slope / MANY
    )
    yield (
        f"\n**Where one machine ends.** {MANY} cores make everything anew in a weekend of {WEEKEND_HOURS} hours up to N = {most:,.0f} million records, "
        f"{most / rate / YEARS:,.1f} million patrons over {YEARS} years: the N at which the row of {MANY} cores says {WEEKEND_HOURS}. "
        "Memory ends it sooner where that of Python's steps is more than the machine has; a night goes on beyond it as far as it makes months and terms, and not tables whole (see above)."
    )
    yield spark(small, large, millions["a country"])


class Line:
    """A figure as a fixed part and a slope per million records."""

    def __init__(self, fixed: float, slope: float) -> None:
        self.fixed, self.slope = fixed, slope

    @classmethod
    def through(cls, small: Told, large: Told, figure: Callable[[Told], float]) -> "Line":
        slope = 1e6 * (figure(large) - figure(small)) / (records(large) - records(small))
        return cls(figure(large) - slope * records(large) / 1e6, slope)

    def at(self, millions: float) -> float:
        return self.fixed + self.slope * millions

    def __str__(self) -> str:
        return f"{self.fixed:,.0f} + {self.slope:,.1f} N"


def clock(line: Line, shared: Line, millions: float, cores: int) -> float:
    """Hours, where what DuckDB and the readers do is shared by all cores and what Python makes is not."""
    return (line.at(millions) - shared.at(millions) + shared.at(millions) / cores) / 3600


def spark(small: Told, large: Told, millions: float) -> str:
    """How many cores Spark needs for the country's clean, fact and portrait tables in a weekend."""
    if not ("spark" in small and "spark" in large):
        return "\n**What Spark needs** is worked out where both sizes were run with `--spark`."
    ours, theirs = (
        Line.through(
            small,
            large,
            lambda told, part=part: sum(step["seconds"] for step in told[part] if is_on_spark(step["step"])),
        )
        for part in ("line", "spark")
    )
    cores = theirs.at(millions) * large["cores"] / WEEKEND_HOURS / 3600
    return (
        f"\n**What Spark needs.** Its clean, fact and portrait tables took {theirs} s by the clock on {large['cores']} cores, DuckDB's {ours}. "
        f"For the country in {WEEKEND_HOURS} hours that is theirs(N) × {large['cores']} ÷ {WEEKEND_HOURS} h = {cores:,.0f} cores, if it scales evenly; the door and what Python makes stay on one machine."
    )
