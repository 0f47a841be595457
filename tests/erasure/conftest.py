"""What tests of an erasure share: the library once everything has been taken in, and a door in place of a whole run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.forgetting import erasure
from tests.erasure.library import filled, taken_in
from tests.hostile.door import childless
from tests.line.sites import Line


@pytest.fixture(scope="session")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """To be copied, not changed."""
    return filled(tmp_path_factory.mktemp("everybody") / "site")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is read is read here, and nothing is made of it."""
    monkeypatch.setattr(erasure, "run", lambda site, progress: taken_in(Line(Path(site.file).parent)))
    with childless(monkeypatch):
        yield


@pytest.fixture
def line(everybody: Line, here: None, tmp_path: Path) -> Line:
    return everybody.copied(tmp_path / "site")
