"""What happens between a file that was read and its rows in the warehouse: judged, then loaded whole or not at all.

Expectations judge all rows that came together before any of them is committed; where they break a
critical one, each file is judged alone, so that only the culprits stay outside and the others are told.  A file's rows, its
rejects and its row in the ledger are one transaction.  Which files are read belongs in
:mod:`pipelines.exports` and :mod:`pipelines.receiving.replay`.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.building import changes
from pipelines.building.changes import Watch
from pipelines.building.expectations import Expectation, Outcome
from pipelines.building.expectations import judge as judge_rows
from pipelines.campus import Campus
from pipelines.keeping.vault import Vault
from pipelines.models import Model
from pipelines.quoting import literal
from pipelines.receiving import ledger
from pipelines.receiving.ledger import Earlier
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received, receive
from pipelines.receiving.rejects import weighed
from pipelines.site import contract, models
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Judgement:
    """How the files that came together met what is expected of their feed."""

    outcomes: list[Outcome]
    """Of the rows that come in."""
    culprits: dict[str, str]
    """By what marks its rows: why a file must stay outside, in one line."""


def read_file(
    path: Path, source: Source, model: Model, campus: Campus, vault: Vault, read: Read, known_as: str | None = None
) -> Received:
    """A file as rows that wait to be loaded.

    Raises:
        Refused: it cannot be read as it is, or too little of it.

    """
    received = read_all(path, source, model, campus, vault, read, known_as)
    return weighed(received, source, next((c for c in contract(model).columns if [c.name] == model.happened[:1]), None))


def read_all(
    path: Path, source: Source, model: Model, campus: Campus, vault: Vault, read: Read, known_as: str | None = None
) -> Received:
    """A file as rows, however few of its records could be read.

    Raises:
        Refused: it cannot be read as it is.

    """
    first_day = vault.kept_from.get(source.feed)
    kept_from = (tuple(model.happened), first_day) if first_day else None
    return receive(path, source, contract(model), campus, vault.keyring, read, vault.erased, kept_from, known_as)


def judge(warehouse: Warehouse, model: Model, expected: Sequence[Expectation], batch: Sequence[Received]) -> Judgement:
    """Hold the rows that wait against what is expected of them, and note it in the ledger."""
    if not batch:
        return Judgement([], {})
    outcomes = _outcomes(warehouse, model, expected, batch)
    culprits = _culprits(warehouse, model, expected, batch) if _broken(outcomes) else {}
    if culprits:
        outcomes = _outcomes(warehouse, model, expected, [one for one in batch if one.source_file not in culprits])
    if outcomes:
        ledger.judge(warehouse, model.table, outcomes)
    return Judgement(outcomes, culprits)


def _culprits(
    warehouse: Warehouse, model: Model, expected: Sequence[Expectation], batch: Sequence[Received]
) -> dict[str, str]:
    """The files that break a critical expectation by themselves."""
    alone = {one.source_file: (one, _broken(_outcomes(warehouse, model, expected, [one]))) for one in batch}
    return {mark: _complaint(one, broken, model) for mark, (one, broken) in alone.items() if broken}


def strays(warehouse: Warehouse, model: Model, source: Source, received: Received) -> str | None:
    """Why a file is no later version of one of the same name, unless its source says that names are to count: it tells of another time.

    Many systems write each night's events under one name; then each would withdraw the night before.  Lists of what
    there is, which are not followed day by day, are told anew each time.
    """
    if "replaces" in source.model_fields_set or not (model.feed and model.feed.days):
        return None
    marks = ledger.giving_way(warehouse.connection, source, received)
    span = f"min({model.feed.days.day}), max({model.feed.days.day})"
    before = f"select {span} from {model.table} where list_contains(?, source_file)"
    ((began, ended),) = warehouse.rows_of(before, [marks])
    ((first, last),) = warehouse.rows_of(f"select {span} from read_parquet(?)", [str(received.rows_file)])
    if began is None or (first is not None and _meet((str(began), str(ended)), (str(first), str(last)))):
        return None
    # Days alone: a file of one record would tell when somebody passed.
    told = f"{first!s:.10} to {last!s:.10}" if first else "no day"
    return (
        f"{received.name}: tells of {told}, and the file of that name before it, which it would withdraw, of {began!s:.10} to {ended!s:.10}"
        f" — say replaces: nothing, same_period or everything in source {source.name}; same_name if it should"
    )


def doubts(warehouse: Warehouse, model: Model, source: Source, received: Received) -> list[str]:
    """A line for each way in which records of a loaded file may stand in each other's place."""
    return [*_shared_keys(warehouse, model, source, received), *_contradictions(warehouse, model, received)]


def _shared_keys(warehouse: Warehouse, model: Model, source: Source, received: Received) -> Iterator[str]:
    """Numbers by which the file tells its records apart, and which are those of other readers in other files."""
    key = next((name for name in model.grain[:1] if name.endswith("_key")), "")
    rule = source.columns.get(key)
    is_of_readers = "patron_key" in {column.name for column in model.columns} - {*model.grain}
    if rule is None or rule.made_of or not is_of_readers:
        return
    query = (
        f"select count(distinct {key}) from read_parquet(?) as new join {model.table} as old using ({key})"
        " where old.source_file <> ? and new.patron_key <> old.patron_key"
    )
    ((shared,),) = warehouse.rows_of(query, [str(received.rows_file), received.source_file])
    if shared:
        yield (
            f"{shared} numbers of {key} are those of other readers in other files, and one of each two will not count — where each"
            f" source or file counts by itself, put its name before: {key}: {{join: [{{value: {source.name}}}, …]}}"
        )


def _contradictions(warehouse: Warehouse, model: Model, received: Received) -> Iterator[str]:
    """Figures of one and the same thing that differ; of readers' own records there are too many to look."""
    if any("pseudonym" in column.tags for column in model.columns):
        return
    rows = f"select count(*) as rows from read_parquet(?) group by {', '.join(model.grain)}"
    query = f"select coalesce(sum(rows - 1), 0) from ({rows})"
    ((others,),) = warehouse.rows_of(query, [str(received.rows_file)])
    if others:
        yield f"{others} records tell otherwise of what another has told, by {', '.join(model.grain)}, and one of them will count — see which is right in the export"


def _meet(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two stretches of time have an hour in common, or fill the same days: so few records may move when they are corrected."""
    days = [tuple(time[:10] for time in stretch) for stretch in (one, other)]
    return days[0] == days[1] or (one[0] <= other[1] and other[0] <= one[1])


def load(
    warehouse: Warehouse,
    model: Model,
    source: Source,
    received: Received,
    zone: str,
    received_at: dt.datetime | None = None,
) -> int:
    """Load a file that came, now unless it is said when; how many rows went of those whose place it takes."""
    with warehouse.transaction() as connection, changes.watched(warehouse, model) as watch:
        gone = _clear(watch, ledger.replaced(connection, source, received))
        _clear(watch, [received.source_file])
        earliest = _fill(watch, source, received)
        ledger.enter(connection, source, received, zone, received_at, earliest)
    return gone


def load_again(
    warehouse: Warehouse, model: Model, source: Source, received: Received, zone: str, earlier: Earlier
) -> None:
    """Load a file that was read anew, in place of what was made of the same bytes before."""
    # A mended preset may mark the rows otherwise, or send them to another feed.
    others = [models()[table] for table in {f"raw.{earlier.feed}"} - {model.table} if table in models()]
    with warehouse.transaction() as connection, changes.watched(warehouse, model) as watch:
        marks = [earlier.source_file, received.source_file]
        _clear(watch, marks)
        for other in (other for other in others if warehouse.exists(other.table)):
            with changes.watched(warehouse, other) as other_watch:
                _clear(other_watch, marks)
        earliest = _fill(watch, source, received)
        ledger.forget(connection, source, earlier.source_file)
        ledger.enter(connection, source, received, zone, earlier.received_at, earliest)


def _clear(watch: Watch, marks: Sequence[str]) -> int:
    """Take away all that was made of these files; how many rows there were."""
    rows = 0
    for mark in marks:
        watch.touch(f"select * from {watch.model.table} where source_file = ?", [mark])
        watch.warehouse.connection.execute("delete from ledger.reject where source_file = ?", [mark])
        deleted = watch.warehouse.connection.execute(
            f"delete from {watch.model.table} where source_file = ?", [mark]
        ).fetchall()
        rows += deleted[0][0]
    return rows


def _fill(watch: Watch, source: Source, received: Received) -> dt.date | None:
    """Put the rows of a file where they belong; the day of the earliest, of a feed whose records have one."""
    columns = ", ".join(column.name for column in watch.model.columns)
    rows = f"select {columns} from read_parquet(?)"
    watch.touch(rows, [str(received.rows_file)])
    watch.warehouse.connection.execute(f"insert into {watch.model.table} ({columns}) {rows}", [str(received.rows_file)])
    watch.warehouse.connection.execute(
        "insert into ledger.reject select ?, ?, record, field, reason from read_parquet(?)",
        [source.feed, received.source_file, str(received.rejects_file)],
    )
    if not watch.model.happened:
        return None
    query = f"select cast(min(greatest({', '.join(watch.model.happened)})) as date) from read_parquet(?)"
    earliest: dt.date | None = watch.warehouse.rows_of(query, [str(received.rows_file)])[0][0]
    return earliest


def _outcomes(
    warehouse: Warehouse, model: Model, expected: Sequence[Expectation], batch: Sequence[Received]
) -> list[Outcome]:
    if not batch:
        return []
    files = ", ".join(literal(str(received.rows_file)) for received in batch)
    return judge_rows(warehouse.connection, f"select * from read_parquet([{files}])", expected, model.table)


def _broken(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.passed and outcome.severity == "critical"]


def _complaint(received: Received, broken: Sequence[Outcome], model: Model) -> str:
    why = "; ".join(f"{outcome.unexpected_count} rows break “{outcome.description}”" for outcome in broken)
    return f"{received.name}: {why} — see the expectations in {model.file}, then mend the preset or the export"
