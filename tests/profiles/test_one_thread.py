"""The limit holds for a library that nobody had loaded before, and would not if it were loaded later."""

import os
import subprocess
import sys

import pytest

from pipelines.paths import ROOT

COUNT = "from sklearn.utils._openmp_helpers import _openmp_effective_n_threads as threads; print(threads())"


def told(*lines: str) -> str:
    code = "\n".join(lines)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_one_thread_even_where_nothing_was_loaded_before() -> None:
    assert told("from profiles.one_thread import one_thread", "with one_thread():", f"    {COUNT}") == "1"


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core has one thread anyhow")
def test_a_limit_set_before_the_library_is_there_does_not_hold() -> None:
    limit = "from threadpoolctl import threadpool_limits"
    assert told(limit, "with threadpool_limits(limits=1):", f"    {COUNT}") != "1"
