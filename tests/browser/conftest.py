"""One browser for all pages, each of which it opens once."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.sight import Seen, look

NAMES = ("chromium", "chromium-browser", "google-chrome")


# Of the package, not of the session: while Playwright stands open, its event loop runs, and no other test could start its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's own Chromium; none is fetched from anywhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine — apt-get install chromium, and pages are looked at too")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Looks:
    """Pages as the browser saw them, each opened once."""

    def __init__(self, browser: Browser) -> None:
        self.at = cache(lambda path: look(browser, path))

    def __call__(self, path: Path) -> Seen:
        return self.at(path)


@pytest.fixture(scope="package")
def looks(browser: Browser) -> Looks:
    return Looks(browser)
