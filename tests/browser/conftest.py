"""One browser for all pages, and the pages that a small campus makes."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.sight import Seen, look
from tests.line.sites import Whole, whole_campus

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's own Chromium; none is fetched from anywhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine — apt-get install chromium, and pages are looked at too")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The campus that the tests of the whole line have made, or will."""
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


class Looks:
    """Pages as the browser saw them, each opened once."""

    def __init__(self, browser: Browser) -> None:
        self.at = cache(lambda path: look(browser, path))

    def __call__(self, path: Path) -> Seen:
        return self.at(path)


@pytest.fixture(scope="session")
def looks(browser: Browser) -> Looks:
    return Looks(browser)
