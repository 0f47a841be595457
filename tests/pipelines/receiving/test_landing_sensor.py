"""The sensor asks for a run once for what is new, and tells nobody's name."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from pipelines.receiving.landing import SETTLED_AFTER_SECONDS, landing_sensor, unread, waiting
from pipelines.site import Site
from tests.assets.small_site import PASSAGES, put, small_site

Tick = tuple[str | None, list[str | None], str | None]
"""Why nothing was asked, the keys of what was asked, and what to remember."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


def tick(site: Site, cursor: str | None = None) -> Tick:
    sensor = landing_sensor(site, dg.define_asset_job("nightly"))
    with dg.build_sensor_context(cursor=cursor) as context:
        data = sensor.evaluate_tick(context)
    return data.skip_message, [request.run_key for request in data.run_requests], data.cursor


def at_rest(path: Path, seconds: float = SETTLED_AFTER_SECONDS + 5) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_nothing_is_asked_where_nothing_waits(site: Site) -> None:
    put(site, "gate/notes.txt")
    put(site, "elsewhere/a.csv")
    assert tick(site) == ("no export is waiting", [], None)


def test_a_file_that_is_still_arriving_is_waited_for(site: Site) -> None:
    at_rest(put(site, "gate/a.csv"))
    put(site, "gate/b.csv")
    assert tick(site)[:2] == ("an export is still arriving", [])


def test_a_file_at_rest_is_asked_for_once(site: Site) -> None:
    at_rest(put(site, "gate/a.csv"))
    skipped, (key,), cursor = tick(site)
    assert (skipped, len(str(key))) == (None, 16)
    assert tick(site)[1] == [key], "without a memory, Dagster still knows the key"
    assert tick(site, cursor) == ("no export is new since a run was last asked for", [], cursor)


@pytest.mark.parametrize("change", ["size", "time", "name"])
def test_a_change_is_asked_for_again(site: Site, change: str) -> None:
    file = at_rest(put(site, "gate/a.csv"))
    _, before, cursor = tick(site)
    if change == "size":
        at_rest(put(site, "gate/a.csv", PASSAGES + "2,in,2025-09-08 12:00:00\n"))
    elif change == "time":
        at_rest(file, 3600)
    else:
        file.rename(file.with_name("b.csv"))
    _, after, _ = tick(site, cursor)
    assert len(after) == 1
    assert after != before


def test_what_a_run_leaves_behind_is_no_reason_for_another(site: Site) -> None:
    """A run seals one file after the other; each of these states has a key of its own."""
    first, refused = at_rest(put(site, "gate/a.csv")), at_rest(put(site, "gate/refused.csv", "x\n"))
    _, whole, cursor = tick(site)
    first.unlink()
    assert tick(site, cursor)[1] == []
    assert tick(site, None)[1] != whole, "the negative control: by its key alone it would be asked for"
    at_rest(refused, 7200)
    assert len(tick(site, cursor)[1]) == 1


def test_the_sensor_names_nothing_and_nobody(site: Site) -> None:
    at_rest(put(site, "gate/张三_2023010199.csv"))
    told = repr(tick(site))
    assert "张三" in repr(waiting(site))
    for word in ("张三", "2023010199", "gate", str(site.campus.data)):
        assert word not in told


def test_files_that_no_source_reads_are_named(site: Site) -> None:
    assert unread(site) == []
    put(site, "gate/a.csv")
    put(site, "gate/.hidden.csv")
    put(site, "gate/~$a.csv")
    assert unread(site) == [], "the one is read, the others are no exports"
    for name in ("gate/A.CSV", "a.csv", "gate/deeper/a.csv", "gates/a.csv", "gate/a.txt", "gate/b.txt"):
        put(site, name)
    (line,) = unread(site)
    assert line.startswith(
        "landing folder: no source reads a.csv、gate/A.CSV、gate/a.txt、gate/b.txt、gate/deeper/a.csv and 1 more — "
    )


def test_the_name_of_a_file_that_is_not_read_cannot_write_on_the_terminal(site: Site) -> None:
    put(site, "a\x1b[2J.txt")
    (line,) = unread(site)
    assert line.startswith("landing folder: no source reads a?[2J.txt — ")


def test_a_site_without_a_landing_folder_has_nothing_unread(site: Site) -> None:
    site.campus.landing.rmdir()
    assert (waiting(site), unread(site)) == ([], [])
