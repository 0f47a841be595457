"""Latent classes are tried in a process of their own, which answers the same, and ends with whoever asked."""

import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from profiles import segment_aside
from profiles.segment_aside import aside
from profiles.segment_candidates import LATENT_CLASSES, compare
from profiles.segment_fit import Settings, Trial

THOROUGH = Settings(clusters=(2, 3))
POINTS = np.random.default_rng(1).normal(size=(120, 4)) + np.repeat([[-1], [1]], 60, axis=0)
CHOSEN = Trial(
    np.array([[-1.0] * 4, [1.0] * 4]),
    np.repeat([0, 1], 60),
    ("a", "b"),
    True,
    silhouette=0.5,
    stability=1,
    jaccard_min=1,
)
MANY = 10_000

ASK_AND_DIE = """
import os
from profiles.segment_aside import aside
from tests.profiles.test_segment_aside import MANY, POINTS, THOROUGH
with aside([MANY], THOROUGH) as begin:
    begin(POINTS)["latent_class"].result()
    os.kill(os.getpid(), 9)
"""


def test_what_is_tried_elsewhere_is_what_would_be_found_here() -> None:
    with aside([MANY, MANY], THOROUGH) as begin:
        one, other = begin(POINTS), begin(-POINTS[:80])
        assert one.keys() == other.keys() == {LATENT_CLASSES}
        assert compare(POINTS, CHOSEN, THOROUGH, one) == compare(POINTS, CHOSEN, THOROUGH)
        found = [begun[LATENT_CLASSES].result().found.labels for begun in (one, other)]
    assert [len(labels) for labels in found] == [120, 80]


@pytest.mark.parametrize(
    ("people", "settings"), [([300, 200], THOROUGH), ([MANY], replace(THOROUGH, card_people=100)), ([], THOROUGH)]
)
def test_few_people_are_not_worth_a_process(people: list[int], settings: Settings) -> None:
    with aside(people, settings) as begin:
        assert begin(POINTS) == {}


def test_a_process_that_ends_over_it_is_said_to_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit(3)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    monkeypatch.setattr(segment_aside, "_process", ended)
    with (
        pytest.raises(ChildProcessError, match=r"groups readers ended by itself \(code 3\)"),
        aside([MANY], THOROUGH) as begin,
    ):
        compare(POINTS, CHOSEN, THOROUGH, begin(POINTS))


def test_the_process_ends_with_whoever_asked_it_even_by_force() -> None:
    """It holds the same standard error, which is read here until nobody holds it any more."""
    asked = subprocess.run([sys.executable, "-c", ASK_AND_DIE], stderr=subprocess.PIPE, timeout=60, check=False)
    assert asked.returncode == -signal.SIGKILL
    assert asked.stderr == b""
