"""Charts are drawn in processes of their own, which draw the same, outlast a bad chart, and end with whoever asked."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import vl_convert

from profiles.charts.drawing import AT_ONCE, Drawer, drawn

BARS = {"data": {"values": [{"borrowed": 3}, {"borrowed": 5}]}, "mark": "bar", "encoding": {"x": {"field": "borrowed"}}}
NO_MARK = {"data": {"values": [{"borrowed": 3}]}, "encoding": {"x": {"field": "borrowed"}}}

ASK_AND_DIE = """
import os
from profiles.charts.drawing import Drawer
drawer = Drawer()
drawer.draw({"data": {"values": [{}]}, "mark": "point"})
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    one = Drawer()
    yield one
    if one.pid:
        os.kill(one.pid, signal.SIGKILL)


def test_a_chart_is_drawn_as_vl_convert_draws_it() -> None:
    assert drawn(BARS) == vl_convert.vegalite_to_svg(BARS)


def test_more_charts_at_once_than_processes_are_each_drawn_as_asked() -> None:
    charts = [BARS | {"width": 100 + 10 * number} for number in range(3 * AT_ONCE)]
    with ThreadPoolExecutor(len(charts)) as threads:
        assert list(threads.map(drawn, charts)) == [vl_convert.vegalite_to_svg(chart) for chart in charts]


def test_what_cannot_be_drawn_is_refused_and_the_next_chart_is_drawn(drawer: Drawer) -> None:
    drawer.draw(BARS)
    before = drawer.pid
    with pytest.raises(ValueError, match="Vega-Lite"):
        drawer.draw(NO_MARK)
    assert drawer.draw(BARS) == vl_convert.vegalite_to_svg(BARS)
    assert drawer.pid == before


def test_a_process_that_is_ended_fails_its_chart_and_is_replaced(drawer: Drawer) -> None:
    drawer.draw(BARS)
    assert drawer.pid
    os.kill(drawer.pid, signal.SIGKILL)
    with pytest.raises(ChildProcessError, match=r"draws charts ended by itself \(code -9\)"):
        drawer.draw(BARS)
    assert drawer.draw(BARS) == vl_convert.vegalite_to_svg(BARS)


def test_a_process_ends_with_whoever_asked_it_even_by_force() -> None:
    """It holds the same standard error, which is read here until nobody holds it any more."""
    asked = subprocess.run([sys.executable, "-c", ASK_AND_DIE], stderr=subprocess.PIPE, timeout=30, check=False)
    assert asked.returncode == -signal.SIGKILL
