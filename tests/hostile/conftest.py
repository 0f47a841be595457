"""What tests of hostile files share."""

import pytest

from pipelines.receiving import receive
from pipelines.receiving.parse import parse


@pytest.fixture
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse without a child, which takes a second to start."""
    monkeypatch.setattr(receive, "read_alone", lambda job, seconds: parse(job))
