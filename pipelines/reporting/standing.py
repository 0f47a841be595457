"""Whether a page stands as it would be made now, so that a run leaves it.

What a page is made as is one fingerprint of the rows that it tells of, of the words and headings given to it, of our code
and of every template.  A document of several files is entered with it, and with the digests of its files, in its folder's
list of contents (:mod:`pipelines.reporting.report_files`); a page that is one file bears its seal in its own last line.  What is
missing, or was changed by hand, does not stand.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipelines.building.hand import code, digests
from pipelines.paths import REPORTS


def made_as(tables: Mapping[str, pl.DataFrame], *told: object, beside: Path = REPORTS) -> str:
    """A fingerprint of all that makes a page what it is; ``beside`` is the folder of its template."""
    rows = {name: _rows(table) for name, table in tables.items()}
    return sha256(repr((code(), templates(beside), rows, told)).encode()).hexdigest()[:32]


def templates(beside: Path = REPORTS) -> str:
    """A fingerprint of every template, and of what lies beside one."""
    return digests({*REPORTS.glob("*"), *beside.glob("*")})


def digest(path: Path) -> str | None:
    """By what a file is known again; nothing where there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def sealed(html: str, made_as: str) -> str:
    """The page with a last line by which it is known again."""
    return f"{html}{_seal(html, made_as)}"


def is_sealed(path: Path, made_as: str) -> bool:
    """Whether a file is a page that was made so, with nothing changed since."""
    if not path.is_file():
        return False
    content = path.read_bytes()
    html, _, _ = content.decode("utf-8", "replace").rpartition(_SEAL)
    return content == sealed(html, made_as).encode()


_SEAL = "\n<!-- made as "


def _seal(html: str, made_as: str) -> str:
    return f"{_SEAL}{sha256(f'{made_as} {html}'.encode()).hexdigest()[:32]} -->\n"


def _rows(table: pl.DataFrame) -> tuple[str, str]:
    return repr(table.schema), sha256(repr(table.rows()).encode()).hexdigest()
