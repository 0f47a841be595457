"""Whatever happens to a file: it is refused in one line, or each of its records is loaded, a duplicate or rejected.

Each mutated file is made of its number alone, so that one that fails can be made again; with
``MINGYUAN_LONG=1`` there are a hundred thousand of them.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.receiving.canonical import Mapping
from pipelines.receiving.cells import Batch
from pipelines.receiving.harvest import Harvest
from tests.hostile.good_files import KINDS, Kind, written
from tests.hostile.mutations import SECONDS, Told, at_most, mutated, told
from tests.line.sites import is_long
from tests.pipelines.landing import Site

FILES = (100_000 if is_long() else 3_200) // len(KINDS)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    asked: Kind = request.param
    return asked


@pytest.fixture
def campus(kind: Kind, tmp_path: Path) -> Site:
    return kind.site(tmp_path / "site")


def tried(campus: Site, kind: Kind, files: int) -> Iterator[tuple[int, bytes, Told]]:
    for number in range(files):
        draw = random.Random(f"{kind.name} {number}")
        content = mutated(written(kind, draw), kind, draw)
        with at_most(SECONDS):
            yield number, content, told(campus, content)


def test_no_mutation_makes_a_record_disappear(campus: Site, kind: Kind) -> None:
    became: Counter[str] = Counter()
    for number, content, outcome in tried(campus, kind, FILES):
        assert outcome.complaint is None, (number, content, outcome)
        became["refused" if outcome.refusal else "rejected" if outcome.rejected else "loaded"] += 1
    assert min(became["refused"], became["rejected"], became["loaded"]) > FILES // 100, "too few of one kind to tell"


def test_good_files_are_read_whole(campus: Site, kind: Kind) -> None:
    """The control of the files: it is the mutations that make them bad."""
    for number in range(40):
        content = written(kind, random.Random(f"good {number}"))
        outcome = told(campus, content)
        assert (outcome.refusal, outcome.rejected, outcome.complaint) == (None, 0, None), content
        assert outcome.records


def test_control_a_parser_that_drops_a_record_is_caught(
    campus: Site, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = Harvest.gather

    def drops_the_first(harvest: Harvest, batches: Iterator[Batch]) -> None:
        gather(harvest, (replace(batch, frame=batch.frame.slice(1)) for batch in batches))

    monkeypatch.setattr(Harvest, "gather", drops_the_first)
    caught = [told(campus, written(kind, random.Random(f"good {number}"))).complaint for number in range(20)]
    assert set(caught) == {"records are not loaded, duplicates and rejected together"}


def test_control_a_mapping_that_drops_a_record_is_caught(
    campus: Site, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    sort = Mapping.sort

    def drops_the_first(mapping: Mapping, *given: Any) -> Any:
        told_apart = sort(mapping, *given)
        return replace(told_apart, accepted=told_apart.accepted.slice(1))

    monkeypatch.setattr(Mapping, "sort", drops_the_first)
    caught = [told(campus, written(kind, random.Random(f"good {number}"))).complaint for number in range(20)]
    assert None not in caught
