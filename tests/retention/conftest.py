"""What tests of retention share: the small library of the tests of erasure, with limits, read in the process of the test."""

from collections.abc import Iterator

import pytest
import yaml

from tests.erasure.library import filled
from tests.hostile.door import childless
from tests.line.sites import Line


@pytest.fixture(scope="session")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The library once everything has been taken in, and no limit is set; to be copied, not changed."""
    return filled(tmp_path_factory.mktemp("untold") / "site")


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with childless(monkeypatch):
        yield


def with_limits(line: Line, **limits: str) -> Line:
    """The site file with how long it keeps the records of these feeds."""
    path = line.folder / "campus.yml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) | {"retention": limits}
    path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return line
