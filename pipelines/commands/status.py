"""What a terminal is told of a site: its exports, its rejects and its last runs."""

import json
from collections.abc import Iterator
from itertools import groupby

import dagster as dg
from rich.table import Table

from pipelines.commands.answers import table
from pipelines.errors import Busy
from pipelines.history import history
from pipelines.portraying.looks import looks
from pipelines.receiving.landing import waiting
from pipelines.receiving.rejects import meaning
from pipelines.site import Site
from pipelines.upkeep import FAILURES
from pipelines.warehouse import Warehouse

_FEEDS = """
select feed, count(*) filter (where status = 'loaded') as files, coalesce(sum(records) filter (where status = 'loaded'), 0) as records,
    coalesce(sum(loaded) filter (where status = 'loaded'), 0) as loaded, coalesce(sum(duplicates) filter (where status = 'loaded'), 0) as twice,
    coalesce(sum(rejected) filter (where status = 'loaded'), 0) as rejected, count(*) filter (where status = 'refused') as refused
from ledger.file group by feed order by feed"""
_REASONS = """
with came as (
    select source, feed, source_file, name, records, sum(records) over (partition by source) as of_all
    from ledger.file where status = 'loaded'
),
counted as (
    select came.source, reject.reason, coalesce(reject.field, '') as field, came.name, came.of_all, count(*) as records
    from ledger.reject as reject join came using (source_file, feed) group by all
)
select source, reason, field, sum(records) as records, format('{:.2f} %', 100.0 * sum(records) / of_all) as share,
    count(*) as files, max_by(name, (records, name)) as "most in"
from counted group by source, reason, field, of_all order by source, sum(records) desc, reason, field"""
_REFUSED = "select distinct feed, name, remark as why from ledger.file where status = 'refused' order by feed, name"
_REMARKS = """
select feed, name, remark as "worth a look" from ledger.file
where status = 'loaded' and remark is not null order by received_at desc, name"""
_UNFINISHED = """
select asked_at as "asked at", count(*) as numbers, '`mingyuan erase` with the same number finishes it' as "what to do"
from ledger.erasure where finished_at is null group by asked_at order by asked_at"""
_LET_GO = """
select table_name as "table", max(kept_from) as "kept from", sum(rows) as "rows let go", max(let_go_at) as "last let go at"
from ledger.retention group by table_name order by table_name"""
_LAST_RUNS = 5
_LAST_REMARKS = 10
_PATIENCE_SECONDS = 1.0


def status_tables(site: Site) -> Iterator[Table]:
    """Exports by feed, what waits, what is published, and the last runs."""
    yield _asked(site, "Exports taken in", _FEEDS)
    headings, rows = _answer(site, f"{_REMARKS} limit {_LAST_REMARKS}")
    if rows:
        yield table("Last of what was taken in and is worth a look (`mingyuan rejects` has all)", headings, rows)
    headings, rows = _answer(site, _LET_GO)
    if rows:
        yield table("Records kept for a time", headings, rows)
    headings, rows = _answer(site, _UNFINISHED)
    if rows:
        yield table("Readers who are not erased to the end", headings, rows)
    if last := list(looks(site.campus))[-_LAST_REMARKS:]:
        rows = [[look.at, look.by, look.what, look.reason] for look in last]
        yield table("Last looks at single readers (data/looks.jsonl has all)", ["at", "by", "command", "reason"], rows)
    yield table("Waiting in the landing folder", ["files"], [[len(waiting(site))]])
    yield _published(site)
    with history(site) as instance:
        runs = [_run_row(record) for record in instance.get_run_records(limit=_LAST_RUNS)]
        yield table("Last runs", ["run", "status", "began", "seconds"], runs)
    yield from _failures(site)


def reject_tables(site: Site) -> Iterator[Table]:
    """Rejected records by source and reason, what to do about each reason, and refused files with theirs."""
    (_, *headings), rows = _answer(site, _REASONS)
    for source, of_source in groupby(rows, key=lambda row: row[0]):
        yield table(f"Rejected records of {source} (sealed in the vault)", headings, [row[1:] for row in of_source])
    if reasons := sorted({str(reason) for _, reason, *_ in rows}):
        yield table("What to do", ["reason", "what to do"], [[reason, meaning(reason).remedy] for reason in reasons])
    headings, rows = _answer(site, _REMARKS)
    if rows:
        yield table("Files that were taken in and are worth a look", headings, rows)
    yield _asked(site, "Refused files (still in the landing folder)", _REFUSED)


def _asked(site: Site, title: str, query: str) -> Table:
    return table(title, *_answer(site, query))


def _answer(site: Site, query: str) -> tuple[list[str], list[list[object]]]:
    """Headings and rows; where there can be none, a heading that says why."""
    if not site.campus.warehouse.exists():
        return ["nothing yet — `mingyuan run` makes the warehouse"], []
    try:
        with Warehouse(path=str(site.campus.warehouse), wait_seconds=_PATIENCE_SECONDS).opened() as warehouse:
            cursor = warehouse.connection.execute(query)
            return [name for name, *_ in cursor.description or ()], [list(row) for row in cursor.fetchall()]
    except Busy:
        return ["a run is writing now — ask again when it has ended"], []


def _published(site: Site) -> Table:
    current = site.campus.published / "current"
    name = current.resolve().name if current.exists() else "nothing yet"
    return table("Published", ["generation"], [[name]])


def _run_row(record: dg.RunRecord) -> list[object]:
    seconds = round(record.end_time - record.start_time, 1) if record.end_time and record.start_time else ""
    return [
        record.dagster_run.run_id[:8],
        record.dagster_run.status.value,
        f"{record.create_timestamp:%Y-%m-%d %H:%M}",
        seconds,
    ]


def _failures(site: Site) -> Iterator[Table]:
    log = site.campus.dagster / FAILURES
    if log.exists():
        last = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[-_LAST_RUNS:]]
        yield table(
            "Last failures",
            ["at", "step", "what to do"],
            [[entry["at"], entry["step"], entry["line"]] for entry in last],
        )
