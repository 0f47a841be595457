"""What a browser sees of a page: what it complains of, asks for, cuts off, and how it prints.

A page is opened once and looked at in each width.  What no page may do is said here, once, for all tests of pages.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

WIDTHS = {"desktop": 1280, "phone": 390}
PAPER = 695
"""A4 within the margins of base.css, in CSS pixels."""

SERIOUS = {"serious", "critical"}
_RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_AXE = Axe()

_OUTSIDE = """() => {
  const page = document.documentElement, found = [];
  if (page.scrollWidth > page.clientWidth) found.push(`page: ${page.scrollWidth} px wide in ${page.clientWidth}`);
  const scrolls = element => element.closest('.scroll, pre');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest('style, script, .skip, thead') || scrolls(element)) continue;
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (!text.width || getComputedStyle(element).visibility === 'hidden') continue;
    const said = node.data.trim().slice(0, 40);
    if (text.right > page.clientWidth + 1 || text.left < -1) found.push(`outside the page: ${said}`);
    const svg = element.closest('svg');
    if (svg) {
      const frame = svg.getBoundingClientRect();
      if (text.right > frame.right + 2 || text.left < frame.left - 2 || text.bottom > frame.bottom + 3)
        found.push(`outside its picture: ${said}`);
    }
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX !== 'visible' && box.scrollWidth > box.clientWidth + 1) { found.push(`cut off: ${said}`); break; }
    }
  }
  return [...new Set(found)];
}"""


@dataclass(frozen=True)
class View:
    """A page in one width."""

    violations: tuple[str, ...]
    """Rules of accessibility that are seriously broken, with where."""
    outside: tuple[str, ...]
    """Text that does not fit."""


@dataclass(frozen=True)
class Seen:
    """All that a browser says of a page."""

    title: str
    complaints: tuple[str, ...]
    requests: tuple[str, ...]
    """What it asks for besides the page itself."""
    views: dict[str, View]
    too_wide_for_paper: tuple[str, ...]
    printed: tuple[str, ...]
    """The text of each sheet of paper."""

    @property
    def faults(self) -> list[str]:
        """All that no page may do, in any width and on paper."""
        return [
            *(f"{width}: {what}" for width, view in self.views.items() for what in (*view.outside, *view.violations)),
            *(f"complaint: {what}" for what in self.complaints),
            *(f"asks for {what}" for what in self.requests),
            *(f"on paper: {what}" for what in self.too_wide_for_paper),
            *(
                f"sheet {number} is left blank"
                for number, sheet in enumerate(self.printed, 1)
                if len(sheet.strip()) <= 20
            ),
            *([] if self.title else ["no title"]),
        ]


def look(browser: Browser, path: Path, widths: Sequence[str] = tuple(WIDTHS)) -> Seen:
    """Open a page, look at it in every width, and print it."""
    page, complaints, requests = browser.new_page(), [], []
    try:
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        views = {name: _view(page, WIDTHS[name]) for name in widths}
        complaints, requests = list(complaints), [url for url in requests if url != path.as_uri()]
        return Seen(page.title(), tuple(complaints), tuple(requests), views, *_printed(page))
    finally:
        page.close()


def _view(page: Page, width: int) -> View:
    page.set_viewport_size({"width": width, "height": 900})
    outside = page.evaluate(_OUTSIDE)
    found: list[dict[str, Any]] = _AXE.run(page, options=_RULES).response["violations"]
    serious = [f"{rule['id']}: {_where(rule)}" for rule in found if rule["impact"] in SERIOUS]
    return View(tuple(serious), tuple(outside))


def _where(rule: dict[str, Any]) -> str:
    return "; ".join(str(node["html"])[:160] for node in rule["nodes"][:5])


def _printed(page: Page) -> tuple[tuple[str, ...], tuple[str, ...]]:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    outside = page.evaluate(_OUTSIDE)
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return tuple(outside), tuple(sheet.extract_text() for sheet in sheets)
