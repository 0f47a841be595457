"""What tests of the way in share."""

import pytest

from pipelines.receiving import receive
from pipelines.receiving.parse import parse


@pytest.fixture
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse without a child, which takes a second to start; its own tests are in test_receive."""
    monkeypatch.setattr(receive, "read_alone", lambda job, seconds: parse(job))
