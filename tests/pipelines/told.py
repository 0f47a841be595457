"""What a page says and what its tables hold, read back from its HTML, so that the two can be compared."""

import re
from html.parser import HTMLParser

NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_VOID = {"meta", "br", "input", "img", "rect", "line", "circle", "path"}


class Told(HTMLParser):
    """A page's cells apart from its sentences: its first screen, its headings, the words of its pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.cells: list[str] = []
        self.prose: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "svg":
            self.prose.append(at.get("aria-label") or "")
        if tag not in _VOID:
            self.open.append((tag, at.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while tag not in _VOID and self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags, classes = {tag for tag, _ in self.open}, {name for _, listed in self.open for name in listed.split()}
        if {"td", "th"} & tags:
            self.cells.append(data)
        elif not {"style", "svg", "title"} & tags and ({"h1", "h2"} & tags or {"told", "key", "todo"} & classes):
            self.prose.append(data)

    def unsupported(self, known: set[str]) -> set[str]:
        """Numbers that a sentence says and no table of the page holds."""
        shown = {number for cell in self.cells for number in NUMBER.findall(cell)} | known
        return {number for text in self.prose for number in NUMBER.findall(text)} - shown
