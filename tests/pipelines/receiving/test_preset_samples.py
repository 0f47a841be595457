"""Every preset reads a sample of its vendor's export, and what comes out was written down by hand.

A folder of ``tests/samples`` is named like its preset and holds an export, at the place below the landing
folder where the preset looks for it, and ``expected.txt``: the four counts, the rejects, and the rows as
a drawn table of the columns that tell something.  A person appears there by their number as it is hashed.
"""

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines import paths
from pipelines.keeping.vault import Vault
from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received, landed
from pipelines.receiving.rejects import meaning
from tests.drawn import drawn
from tests.pipelines.landing import Site, rejects, site

SAMPLES = Path(__file__).parents[2] / "samples"
PRESETS = sorted(path.stem for path in paths.PRESETS.glob("*.yml"))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_sample_becomes_the_rows_that_were_written_down(preset: str, tmp_path: Path, read: Read) -> None:
    folder = SAMPLES / preset
    campus = site(tmp_path, preset)
    shutil.copytree(folder, campus.campus.landing, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    (path,) = landed(campus.campus, campus.source)
    received = campus.receive(path.relative_to(campus.campus.landing).as_posix(), read=read)
    counts, refused, table = _expected(folder / "expected.txt")
    assert _counted(received) == counts
    assert [f"reject {record} {field or '-'} {reason}" for record, field, reason in rejects(received)] == refused
    assert _shown(received, campus, table.columns) == table.rows()
    assert _without_meaning(received, campus) == []


def _expected(path: Path) -> tuple[str, list[str], pl.DataFrame]:
    """The counts, the rejects, and the rows."""
    counts, *lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    refused = [line for line in lines if line.startswith("reject ")]
    return counts, refused, drawn("\n".join(line for line in lines if line not in refused))


def _counted(received: Received) -> str:
    return f"records {received.records} loaded {received.loaded} duplicates {received.duplicates} rejected {received.rejected}"


def _without_meaning(received: Received, campus: Site) -> list[str]:
    """Reasons that are taken for a filter's, though the preset has no filter of that name."""
    left_out = {condition.reason for condition in campus.source.where}
    return [
        reason for reason in received.reasons if meaning(reason) == meaning("of_a_filter") and reason not in left_out
    ]


def _shown(received: Received, campus: Site, columns: list[str]) -> list[tuple[str | None, ...]]:
    """The rows as text, a person by the number behind the pseudonym."""
    vault = Vault.of(campus.campus, campus.keyring)
    people = [column.name for column in campus.contract.columns if column.is_pseudonym]
    frame = pl.read_parquet(received.rows_file)
    for name in people:
        numbers = {key: vault.lookup(key)[0].identifier for key in frame[name].drop_nulls().unique()}
        frame = frame.with_columns(pl.col(name).replace(numbers))
    return frame.select(pl.col(name).cast(pl.String) for name in columns).rows()
