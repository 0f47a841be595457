"""What tests of the whole line share."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipelines import exports, replay
from pipelines.parse import parse
from pipelines.reader import Read
from tests.line.sites import Whole, whole_campus


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A campus that has gone through the line once; to be copied, not changed."""
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files without a child process, which takes a second to start."""

    @contextmanager
    def readers(number: int) -> Iterator[Read]:
        yield lambda job, seconds: parse(job)

    monkeypatch.setattr(exports, "readers", readers)
    monkeypatch.setattr(replay, "readers", readers)
