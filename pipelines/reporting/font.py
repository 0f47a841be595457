"""The font that a page brings along, for a screen that has no Chinese one: there every word would be a row of boxes.

Fonts of the reader's own come first (``profiles/reports/base.css``); this one holds the page's own characters and no others,
about 200 bytes for each.  It is the font of the PDF, in its one regular weight.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.errors import Misconfigured

if TYPE_CHECKING:
    import uharfbuzz

PACKAGE: Final = "manimgx_fonts_cjk"
_SIMPLIFIED: Final = 2
"""Which face of the collection has the shapes of characters as mainland China writes them."""
_REGULAR: Final = 400
_UNUSED: Final = ("BASE", "GDEF", "GPOS", "GSUB", "STAT", "VORG", "vhea", "vmtx")
"""Tables for other scripts, alternative shapes and vertical lines."""


def folder() -> Path:
    """Where the font lies.

    Raises:
        Misconfigured: its package is not installed.

    """
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise Misconfigured(f"no font for pages — install the package {PACKAGE.replace('_', '-')}")
    return Path(package.origin).parent


def with_font(html: str) -> str:
    """The page with a font for its characters at the end of its style."""
    data = base64.b64encode(_of(frozenset(html))).decode()
    face = f"@font-face {{ font-family: Mingyuan; src: url(data:font/otf;base64,{data}) }}\n"
    return html.replace("</style>", f"{face}</style>", 1)


def _of(characters: frozenset[str]) -> bytes:
    import uharfbuzz as hb

    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).set(map(ord, characters))
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(int.from_bytes(tag.encode(), "big") for tag in _UNUSED)
    wanted.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG).clear()
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    wanted.pin_axis_location(_face(), "wght", _REGULAR)
    made: bytes = hb.subset(_face(), wanted).blob.data
    return made


@cache
def _face() -> uharfbuzz.Face:
    import uharfbuzz as hb

    (file,) = folder().glob("*.ttc")
    return hb.Face(hb.Blob.from_file_path(file), _SIMPLIFIED)
