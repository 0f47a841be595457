"""What tests of the whole line share."""

from collections.abc import Iterator

import pytest

from tests.hostile.door import childless
from tests.line.sites import Whole, whole_campus


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A campus that has gone through the line once; to be copied, not changed."""
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read files in the process of the test."""
    with childless(monkeypatch):
        yield
