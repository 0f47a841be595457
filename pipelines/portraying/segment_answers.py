"""What a person asks of segments: why a reader is in one or not, which versions there are, and a new one.

Asked of the warehouse itself, since the models that place readers are kept in its ledger; the words
belong in :mod:`profiles.segment_why`.
"""

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from rich.table import Table

from pipelines.commands.answers import table
from pipelines.errors import Misconfigured, Problem
from pipelines.frames import read
from pipelines.modelling.slips import suggestion
from pipelines.portraying.past import Moment, warehouse_at
from pipelines.portraying.portraits import key_of
from pipelines.serving.segment_models import LEDGER, PEOPLE, decide, dictionary, kept
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

PATIENCE_SECONDS = 5
_READS = ("clean.refusal", "portrait.individual", "ref.segment_name", "ref.coverage_term", "ref.horizon", "ref.term")

_TABLES = (
    (
        "Versions of the segments",
        "version from decided_at decided_by reason",
        f"select distinct version, fitted_on_term, decided_at, decided_by, reason from {LEDGER} order by all",
    ),
    (
        "How well they hold still",
        "version group persons k stability weakest agreement verdict",
        "select version, level_group, persons, k, stability, jaccard_min, agreement, verdict from segment.model where is_chosen order by all",
    ),
    (
        "Drift",
        "term group version features flagged most_psi distance",
        "select term, level_group, version, count(*), count(*) filter (where is_flagged), max(psi), max(distance_ratio) from segment.drift group by all order by all",
    ),
)


def answer(site: Site, who: str, segment: str, day: dt.date | None) -> list[tuple[str, str]]:
    """Sentences in Chinese and English: in or out, and what decides it.

    Raises:
        Misconfigured: there is no such segment.
        Problem: nobody of that name is known, or was in scope by then.

    """
    from profiles.segment_model import Frozen
    from profiles.segment_why import explain, in_words

    key = key_of(site, who)
    with _tables(site, day) as connection:
        names = connection.sql("select segment, label_zh, label_en from ref.segment_name order by position").pl()
        people = connection.sql(f"select * from ({PEOPLE}) where patron_key = ? order by term", params=[key]).pl()
        rows = connection.sql(f"select * from {LEDGER} order by version, level_group").pl().to_dicts()
    if people.is_empty():
        raise Problem(
            f"that reader was not in scope by {day or 'now'} — choose a later --date; or refuses to be grouped"
        )
    segments = {code: (zh, en) for code, zh, en in names.iter_rows()}
    individual = models()["portrait.individual"]
    features = {column.name: (column.label_zh, column.label_en) for column in individual.columns}
    code, frozen = _segment(segment, segments), [Frozen.from_row(row) for row in rows]
    return list(in_words(explain(people, frozen, people["term"][-1], code), segments, features))


def version_tables(site: Site) -> Iterator[Table]:
    """The versions and who decided them, how well each held still, and whether readers have drifted since."""
    with _opened(site) as warehouse:
        for title, headings, query in _TABLES:
            yield table(title, headings.split(), [list(row) for row in warehouse.rows_of(query)])


def decided(site: Site, reason: str) -> Iterator[str]:
    """A new version, decided by the account that asks; a line for each model."""
    from profiles.segment_model import Frozen, freeze

    with _opened(site) as warehouse:
        before = [Frozen.from_row(row) for row in kept(warehouse, site)]
        found = freeze(read(warehouse, PEOPLE), dictionary(site), before)
        if not found:
            raise Problem("no term that is over has enough readers to compare — nothing was decided")
        decide(warehouse, site, [model.as_row() for model in found], getpass.getuser(), reason)
    for model in found:
        verdict = ", ".join(model.names) if model.is_published else "not stable enough to publish"
        overlap = "" if model.agreement is None else f"; agreement with the version before {model.agreement:.2f}"
        yield f"version {model.version}, {model.level_group}: {verdict}{overlap}"
    yield f"in force from {found[0].fitted_on_term} on — `mingyuan run` places readers by it"


@contextmanager
def _opened(site: Site) -> Iterator[Warehouse]:
    campus = site.campus
    if not campus.warehouse.exists():
        raise Problem("there is no warehouse yet — `mingyuan run` makes it")
    with Warehouse(
        path=str(campus.warehouse), memory_limit=campus.memory_limit, wait_seconds=PATIENCE_SECONDS
    ).opened() as warehouse:
        if not (warehouse.exists("segment.model") and warehouse.exists("segment.drift")):
            raise Problem("there are no segments yet — `mingyuan run` makes them")
        yield warehouse


@contextmanager
def _tables(site: Site, day: dt.date | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as it is, or as it would stand at the end of a day."""
    if day is None:
        with _opened(site) as warehouse:
            yield warehouse.connection
    else:
        with warehouse_at(site, Moment(as_of=day), _READS) as past:
            yield past.connection


def _segment(asked: str, segments: dict[str, tuple[str, str]]) -> str:
    for code, labels in segments.items():
        if asked in (code, *labels):
            return code
    near = suggestion(asked, list(segments)) or f" — choose one of {', '.join(segments)}"
    raise Misconfigured(f"there is no segment {asked}{near}")
