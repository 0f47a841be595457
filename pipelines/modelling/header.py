"""The opening comment of a file that describes itself.

A header is the run of ``--`` lines at the top of a SQL file.  Its prose says what a row is; a line
that begins with a small letter and a colon declares: ``grain: a, b``, ``check name: rule``,
``expect Name: {…}`` and so on.  What a declaration means belongs to the modules that act on it, not here.
"""

import difflib
import re
from dataclasses import dataclass
from itertools import takewhile

DECLARATIONS = {
    "grain",
    "feed",
    "days",
    "retention",
    "settles",
    "given",
    "happened",
    "due",
    "purpose",
    "view",
    "persons",
    "parts",
    "counts",
    "rebuild",
    "reads",
    "follows",
    "check",
    "expect",
}
"""What a header may declare; anything else is a slip of the pen."""

_DECLARATION = re.compile(r"^(?P<key>[a-z]+)(?: +(?P<name>[\w.]+))?: *(?P<value>.*)$")


@dataclass(frozen=True)
class Declaration:
    """One line of a header, such as ``check loans_are_positive: loans > 0``."""

    key: str
    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Header:
    """What the opening comment of a file says."""

    description: str
    declarations: tuple[Declaration, ...]

    def values(self, key: str) -> list[str]:
        return [declaration.value for declaration in self.declarations if declaration.key == key]

    def names(self, key: str) -> list[str]:
        """The comma-separated names that the lines of one key hold."""
        return [name.strip() for value in self.values(key) for name in value.split(",") if name.strip()]


def read_header(text: str) -> tuple[Header, list[tuple[int, str]]]:
    """The header of a file, and what is wrong with it as (line, words)."""
    prose: list[str] = []
    declarations: list[Declaration] = []
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(takewhile(lambda line: line.startswith("--"), text.splitlines()), start=1):
        words = line.removeprefix("--").strip()
        found = _DECLARATION.match(words)
        if not found:
            prose.append(words)
        elif found["key"] in DECLARATIONS:
            declarations.append(Declaration(found["key"], found["name"] or "", found["value"].strip(), number))
        else:
            problems.append((number, f"‘{found['key']}’ declares nothing — {_known(found['key'])}"))
    description = " ".join(filter(None, prose))
    if not description:
        problems.append((1, "no opening comment — begin the file with `-- One row for each …`"))
    return Header(description, tuple(declarations)), problems


def _known(key: str) -> str:
    near = difflib.get_close_matches(key, DECLARATIONS, n=1)
    return f"did you mean `{near[0]}`?" if near else f"a header knows {', '.join(sorted(DECLARATIONS))}"
