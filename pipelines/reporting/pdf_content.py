"""What a page says, taken out of its HTML: headings, words, lists, tables and pictures, in their order.

The template is the one source of a report; this reads what it made, so that paper says the same as
the screen.  Only what our own templates write is understood.  How it looks on paper is told by
``page.typ``, which knows the same class names as ``base.css``.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final

Node = dict[str, Any]
SCREEN_ONLY: Final = {"nav", "only-narrow", "narrow", "skip", "screen", "search", "downloads"}
_BLOCKS: Final = ("p", "h1", "h2", "h3", "h4", "ul", "ol", "dl", "div", "section", "table", "li", "dt", "dd")
_INLINE: Final = {"span", "b", "strong", "small", "a", "code", "em"}
_VOID: Final = {"meta", "br", "input", "img", "link", "hr", "col"}
_PICTURE: Final = re.compile(r"<svg .*?</svg>", re.DOTALL)
_ALT: Final = re.compile(r'aria-label="([^"]*)"')
_WIDTH: Final = re.compile(r' width="([\d.]+)"')
# Within a picture a variable font is set in its thinnest weight; a hair of its own colour makes it a regular one.
_LETTERS: Final = re.compile(r'<text (?![^>]*font-weight="[6-9])[^>]*?fill="([^"]+)"')
_SHORT: Final = 12
"""A column of so many letters is as wide as they are."""
_SPACE: Final = re.compile(r"[ \t\n\r]+")


class _Tree(HTMLParser):
    """The elements of a page as nested nodes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Node = {"tag": "page", "class": [], "at": {}, "body": []}
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        node = {"tag": tag, "class": at.get("class", "").split(), "at": at, "body": []}
        self._open[-1]["body"].append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and any(node["tag"] == tag for node in self._open[1:]):
            while self._open.pop()["tag"] != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1]["body"].append(_SPACE.sub(" ", data))


def content(html: str) -> Node:
    """A page as data for ``page.typ``: its language, title, day, header, footer and body."""
    pictures: list[str] = []

    def kept(found: re.Match[str]) -> str:
        pictures.append(found[0])
        return f'<img data-picture="{len(pictures) - 1}">'

    tree = _Tree()
    tree.feed(_PICTURE.sub(kept, html))
    tree.close()
    root = tree.root
    shown = _Paper(pictures)
    return {
        "lang": _first(root, "html")["at"]["lang"].partition("-")[0],
        "title": _words(_first(root, "title")),
        "day": next((node["at"]["content"] for node in _every(root, "meta") if node["at"].get("name") == "date"), ""),
        "header": [_words(node) for node in _first(root, "header")["body"] if _is_node(node, "b", "span")],
        "footer": _words(_first(root, "footer")),
        "body": shown.body(_first(root, "main")),
        "figures": shown.figures,
    }


class _Paper:
    """Nodes as paper shows them; tables that a screen folds away are gathered for the end."""

    def __init__(self, pictures: list[str]) -> None:
        self.figures: list[Node] = []
        self._pictures = pictures

    def body(self, node: Node) -> list[Any]:
        made = [self._shown(child) for child in node["body"]]
        kept = [child for child in made if child is not None]
        return kept if node["tag"] in _INLINE else _trimmed(kept)

    def _shown(self, node: Node | str) -> Any:
        if isinstance(node, str):
            return node
        tag, classes = node["tag"], node["class"]
        if SCREEN_ONLY & {tag, *classes} or tag in ("script", "style", "input", "label"):
            return None
        if "data-picture" in node["at"]:
            return self._picture(self._pictures[int(node["at"]["data-picture"])])
        if tag == "details":
            self._fold(node)
            return None
        if tag == "table":
            return self._table(node)
        return {"tag": tag, "class": classes, "body": self.body(node)}

    def _picture(self, svg: str) -> Node:
        alt, width = _ALT.search(svg), _WIDTH.search(svg)
        drawn = _LETTERS.sub(r'\g<0> stroke="\1" stroke-width="0.3"', svg)
        drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        words = unescape(alt[1]) if alt else ""
        return {"tag": "picture", "class": [], "svg": drawn, "alt": words, "width": float(width[1]) if width else 100.0}

    def _fold(self, node: Node) -> None:
        for region in _every(node, "div"):
            for table in _every(region, "table"):
                self.figures.append({"title": region["at"].get("aria-label", ""), "table": self._table(table)})

    def _table(self, node: Node) -> Node:
        heads = [self._row(row) for part in _every(node, "thead") for row in _every(part, "tr")]
        rows = [self._row(row) for part in _every(node, "tbody") for row in _every(part, "tr")]
        count = max((sum(cell["span"] for cell in row) for row in [*heads, *rows]), default=1)
        return {
            "tag": "table",
            "class": node["class"],
            "head": heads,
            "rows": rows,
            "columns": _columns([*heads, *rows], count),
        }

    def _row(self, row: Node) -> list[Node]:
        cells = [cell for cell in row["body"] if _is_node(cell, "td", "th")]
        return [
            {
                "class": cell["class"],
                "head": cell["tag"] == "th",
                "span": int(cell["at"].get("colspan", "1")),
                "body": self.body(cell),
            }
            for cell in cells
        ]


def _columns(rows: list[list[Node]], count: int) -> list[Any]:
    """How wide each column is: as its picture, as its numbers or few words, or what is left for words.

    A table of nothing but short columns has them equally wide.
    """
    kinds: list[Any] = ["words"] * count
    longest = [0] * count
    for row in rows:
        place = 0
        for cell in row:
            pictures = [part["width"] for part in cell["body"] if _is_node(part, "picture")]
            if cell["span"] == 1 and pictures:
                kinds[place] = pictures[0]
            elif cell["span"] == 1 and {"r", "c"} & set(cell["class"]) and kinds[place] == "words":
                kinds[place] = "numbers"
            if cell["span"] == 1:
                longest[place] = max(longest[place], _length(cell))
            place += cell["span"]
    short = [kind == "words" and length <= _SHORT for kind, length in zip(kinds, longest, strict=True)]
    if any(kind == "words" and not few for kind, few in zip(kinds, short, strict=True)):
        return ["numbers" if few else kind for kind, few in zip(kinds, short, strict=True)]
    return ["words" if kind == "numbers" else kind for kind in kinds]


def _length(cell: Node) -> int:
    """How long a cell's words are, in letters; a Chinese character is as wide as two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in _words(cell))


def _is_node(node: Any, *tags: str) -> bool:
    return isinstance(node, dict) and node["tag"] in tags


def _every(node: Node, tag: str) -> Iterator[Node]:
    for child in node["body"]:
        if isinstance(child, dict):
            if child["tag"] == tag:
                yield child
            yield from _every(child, tag)


def _first(node: Node, tag: str) -> Node:
    return next(_every(node, tag), {"tag": tag, "class": [], "at": {"lang": ""}, "body": []})


def _words(node: Node) -> str:
    parts = [
        child if isinstance(child, str) else "\n" if child["tag"] == "br" else _words(child)
        for child in node["body"]
        if not _is_node(child, "picture")
    ]
    return "\n".join(line.strip() for line in "".join(parts).split("\n")).strip()


def _trimmed(body: list[Any]) -> list[Any]:
    """Without the blanks between blocks and at both ends, which are the template's own lines."""
    if any(_is_node(part, *_BLOCKS) for part in body):
        body = [part for part in body if not isinstance(part, str) or part.strip()]
    while body and isinstance(body[0], str) and not body[0].strip():
        body = body[1:]
    while body and isinstance(body[-1], str) and not body[-1].strip():
        body = body[:-1]
    if body and isinstance(body[0], str):
        body = [body[0].lstrip(), *body[1:]]
    if body and isinstance(body[-1], str):
        body = [*body[:-1], body[-1].rstrip()]
    return body
