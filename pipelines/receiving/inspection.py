"""`mingyuan inspect`: a newcomer's first look at an export, before anything is configured.

The file is tried against the nearest preset in a place of its own, with a key that is thrown away:
nothing is loaded, and nothing is kept but the preset a person asks for.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table
from rich.text import Text

from pipelines import paths
from pipelines.campus import Campus, sources
from pipelines.commands.answers import shown, table
from pipelines.errors import Misconfigured, Refused
from pipelines.keeping.keyring import Keyring
from pipelines.modelling.slips import suggestion
from pipelines.modelling.yaml_lines import lines_of
from pipelines.receiving import spool
from pipelines.receiving.beginning import beginning, beside_a_preset
from pipelines.receiving.contracts import Contract
from pipelines.receiving.likeness import Likeness, likenesses
from pipelines.receiving.presets import Source
from pipelines.receiving.receive import Received, naming, receive
from pipelines.receiving.shapes import Shape, guess

_SHOWN, _NEAREST = 10, 3


@dataclass(frozen=True)
class Trial:
    """What a preset makes of a file."""

    preset: str
    received: Received | None
    refusal: str | None
    rows: pl.DataFrame
    """The first rows as they would load, persons as the beginning of a pseudonym."""
    rejects: pl.DataFrame
    """``reason``, ``field``, ``records``, ``first``: how many records, and the number of the first."""
    never_filled: tuple[str, ...] = ()
    """Columns that the preset reads, and that stay empty in every row."""
    beside: dict[str, Any] = field(default_factory=dict)
    """What was said beside the preset."""

    @property
    def name(self) -> str:
        return " and ".join([self.preset, *(f"{word}: {value}" for word, value in self.beside.items())])

    @property
    def loaded(self) -> int:
        return self.received.loaded if self.received else 0


@dataclass(frozen=True)
class Inspection:
    """What was found out about a file."""

    shape: Shape
    likenesses: list[Likeness]
    trial: Trial | None
    beginning: str
    """A preset to start from, as YAML."""


def inspect(
    path: Path,
    timezone: str,
    contracts: dict[str, Contract],
    preset: str | None = None,
    feed: str | None = None,
    own: Mapping[str, dict[str, Any]] | None = None,
) -> Inspection:
    """Look at a file, and try it with a preset: the one that is named, else the nearest that reads all it needs.

    A name may be that of a source among the site's ``own``, which counts before a preset of the same name.
    A preset to begin with is one of ``feed``, or of the feed that its headings speak of.

    Raises:
        Refused: it cannot be read at all.
        Misconfigured: there is no such file, or no such preset.

    """
    if not path.exists():
        raise Misconfigured(f"{path}: there is no such file")
    if feed and feed not in contracts:
        raise Misconfigured(f"no feed is called ‘{feed}’{suggestion(feed, contracts)}")
    with tempfile.TemporaryDirectory(prefix="mingyuan-") as folder:
        campus = _campus(path, Path(folder), timezone)
        known = list(_presets(campus, contracts))
        with spool.workspace(campus.spool) as workspace:
            with naming(path.name):
                shape = guess(path, workspace, campus.largest_file_mb << 20)
            near = likenesses(shape, known)
            first = beginning(shape, known, contracts, path.name, feed)
        chosen = preset or next((one.preset for one in near if one.share == 1 and feed in {None, one.feed}), None)
        beside = next((one.lines for one in near if one.preset == chosen), {})
        sites = (own or {}) if preset else {}
        trial = _tried(path, chosen, sites, beside, campus, contracts) if chosen else None
        if trial and trial.beside and trial.loaded:
            first = beside_a_preset(trial.preset, path.name, trial.beside)
        return Inspection(shape, near, trial, first)


def told(found: Inspection) -> Iterator[Table | Text]:
    """What a person is shown of it."""
    lines = ", ".join(f"{word}: {value}" for word, value in {"format": "csv", **found.shape.lines}.items())
    guessed = " (guessed: the door takes it in where the preset says so)" if found.shape.is_guessed else ""
    yield shown(f"{lines}, encoding: {found.shape.encoding}{guessed}")
    near: list[list[object]] = [
        [one.preset, one.feed, f"{one.share:.0%}", "、".join(one.missing[:6])] for one in found.likenesses[:_NEAREST]
    ]
    yield table("Presets by how much of what they read is here", ["preset", "feed", "found", "missing"], near)
    received = found.trial.received if found.trial else None
    if found.trial and received:
        yield from _told_of_trial(found.trial, received)
    elif found.trial:
        yield shown(f"With {found.trial.name} it would be refused: {found.trial.refusal}")
    for remark in () if received else found.shape.remarks:
        yield shown(f"To look at: {remark}")
    if found.trial is None or (received and received.records and not received.loaded):
        yield shown("No preset reads this file as it is. To begin one of its own (--write FILE keeps it):")
        yield shown(found.beginning)
    elif found.trial.beside and found.trial.loaded:
        yield shown("To take it in so, a source says (--write FILE keeps it):")
        yield shown(found.beginning)


def _told_of_trial(trial: Trial, received: Received) -> Iterator[Table | Text]:
    yield shown(
        f"With {trial.name}: {received.records:,} records, of which {received.loaded:,} would load as "
        f"{received.rows:,} rows, {received.duplicates:,} say what another says, {received.rejected:,} would be rejected"
    )
    if trial.rows.height:
        yield table("The first rows", trial.rows.columns, [list(row) for row in trial.rows.rows()])
    if trial.rejects.height:
        yield table("Rejected", ["reason", "field", "records", "first"], [list(row) for row in trial.rejects.rows()])
    for warning in received.warnings:
        yield shown(f"To look at: {warning}")
    if trial.never_filled:
        yield shown(f"Empty in all {received.rows:,} rows: {'、'.join(trial.never_filled)}")
    if received.dropped_columns:
        yield shown(f"Left outside, since nothing asks for them: {'、'.join(received.dropped_columns)}")


def write_preset(text: str, target: Path) -> None:
    """Write a starting preset, and never over another file.

    Raises:
        Misconfigured: there is a file of that name.

    """
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Misconfigured(f"{target}: is there already — choose another name") from None


def _campus(path: Path, folder: Path, timezone: str) -> Campus:
    return Campus.model_validate(
        {
            "name": {"zh": "试读", "en": "trial"},
            "timezone": timezone,
            "data": folder,
            "landing": path.resolve().parent,
            "key_file": folder / "keyring.json",
        }
    )


def _presets(campus: Campus, contracts: dict[str, Contract]) -> Iterator[Source]:
    every: dict[str, dict[str, Any]] = {path.stem: {} for path in sorted(paths.PRESETS.glob("*.yml"))}
    yield from sources(campus.model_copy(update={"sources": every}), contracts)


def _tried(
    path: Path,
    name: str,
    own: Mapping[str, dict[str, Any]],
    beside: dict[str, Any],
    campus: Campus,
    contracts: dict[str, Contract],
) -> Trial:
    """What becomes of a file by a source of the site, by a preset and what is said beside it, or by a file that holds one."""
    is_known = name not in own and (paths.PRESETS / f"{name}.yml").exists()
    beside = beside if is_known else {}
    known = {"preset": name, "files": path.name, **beside}
    lines = known if is_known else own[name] if name in own else _written(Path(name))
    source = _source(name, lines, name in own, campus, contracts)
    keyring = Keyring.load_or_create(campus.key_file, None, may_create=True)
    nothing = pl.DataFrame()
    try:
        received = receive(path.resolve(), source, contracts[source.feed], campus, keyring)
    except Refused as refused:
        return Trial(source.name, None, str(refused), nothing, nothing, beside=beside)
    first = _first_rows(received, contracts[source.feed])
    return Trial(source.name, received, None, first, _rejects(received), _never_filled(received, source), beside)


def _source(name: str, lines: dict[str, Any], is_own: bool, campus: Campus, contracts: dict[str, Contract]) -> Source:
    """What lines say; a slip is told by the file that they stand in."""
    try:
        (source,) = sources(campus.model_copy(update={"sources": {name: lines}}), contracts)
    except Misconfigured as slip:
        where, told = f"campus.yml: sources.{name}: ", str(slip)
        raise Misconfigured(told if is_own else told.replace(where, f"{Path(name).name}: ", 1)) from None
    return source


def _never_filled(received: Received, source: Source) -> tuple[str, ...]:
    """The columns that a preset surely reads, and that no row has anything in."""
    names = [name for name, rule in source.columns.items() if not any(part.optional for part in rule.parts)]
    counts = pl.scan_parquet(received.rows_file).select(pl.col(name).count() for name in names).collect().row(0)
    return tuple(name for name, filled in zip(names, counts, strict=True) if received.rows and not filled)


def _written(path: Path) -> dict[str, Any]:
    """A preset that is still being written, by its path."""
    if not path.is_file():
        raise Misconfigured(f"{path}: neither a preset's name nor a file that holds one, nor a source of the site file")
    return lines_of(path)


def _first_rows(received: Received, contract: Contract) -> pl.DataFrame:
    rows = pl.read_parquet(received.rows_file, n_rows=_SHOWN)
    filled = [column.name for column in contract.columns if rows[column.name].null_count() < rows.height]
    hidden = [column.name for column in contract.columns if column.is_pseudonym and column.name in filled]
    return rows.select(*filled, "notes").with_columns(pl.col(name).str.head(6) + "…" for name in hidden)


def _rejects(received: Received) -> pl.DataFrame:
    rejects = pl.read_parquet(received.rejects_file)
    counted = rejects.group_by("reason", "field").agg(records=pl.len(), first=pl.col("record").min())
    return counted.sort("records", "reason", descending=[True, False])
