"""What became of an attempt to build a table: how many rows it has, and how it keeps its rules.

How a table is built belongs in :mod:`pipelines.building.build`.
"""

from dataclasses import dataclass

from pipelines.models import Model
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Check:
    """A rule that a table keeps, and how many rows broke it."""

    name: str
    rule: str
    broken: int = 0

    @property
    def passed(self) -> bool:
        return not self.broken


@dataclass(frozen=True)
class Built:
    """What became of one attempt to build a table."""

    model: Model
    rows: int
    checks: tuple[Check, ...]
    rebuilt: str = "whole"
    """What was made anew: whole, unchanged, or the parts."""

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]


def rules(model: Model) -> list[Check]:
    """What every build of a table is held to."""
    grain = Check("grain", f"{', '.join(model.grain)} together identify a row")
    return [grain, *(Check(name, rule) for name, rule in model.checks.items())]


def checked(warehouse: Warehouse, model: Model, table: str) -> Built:
    """How a table keeps its rules; its keys are put side by side only where two of their hashes are the same."""
    grain = ", ".join(model.grain)
    filters = "".join(f", count(*) filter (where not ({rule}))" for rule in model.checks.values())
    ((rows, hashes, *broken),) = warehouse.rows_of(
        f"select count(*), count(distinct hash({grain})){filters} from {table}"
    )
    repeated = f"select count(*) from (select 1 from {table} group by {grain} having count(*) > 1)"
    counts = [warehouse.rows_of(repeated)[0][0] if hashes < rows else 0, *broken]
    checks = (Check(check.name, check.rule, count) for check, count in zip(rules(model), counts, strict=True))
    return Built(model, rows, tuple(checks))


def together(model: Model, pieces: list[Built]) -> Built:
    """A table that was made in pieces which share no key."""
    alike = zip(*(piece.checks for piece in pieces), strict=True)
    checks = (Check(first.name, first.rule, sum(c.broken for c in (first, *rest))) for first, *rest in alike)
    return Built(model, sum(piece.rows for piece in pieces), tuple(checks))


def record(warehouse: Warehouse, built: Built) -> None:
    """Note in the ledger how the checks went, for the data-quality page."""
    warehouse.connection.execute(
        "delete from ledger.expectation where subject = ? and origin = 'header'", [built.model.table]
    )
    warehouse.connection.executemany(
        "insert into ledger.expectation values (?, ?, 'header', ?, 'critical', ?, null, ?, ?)",
        [[built.model.table, c.name, c.rule, c.passed, c.broken, built.rows] for c in built.checks],
    )
