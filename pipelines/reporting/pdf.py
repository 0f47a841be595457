"""A page on paper: tagged PDF/UA-1 with its fonts inside, from the HTML that the template made.

The look is ``profiles/reports/page.typ``.  What the page says reaches it as data, never as markup.
The font comes from a package, so that the same page gives the same bytes on any machine; a character
that it lacks is an error that names it, because a box in its place would be noticed by its reader first.
"""

import json
import re
from functools import cache
from threading import Lock
from typing import Any

from pipelines.errors import Misconfigured
from pipelines.paths import REPORTS
from pipelines.reporting.font import folder
from pipelines.reporting.pdf_content import content

_setting = Lock()
"""The compiler sets one page at a time."""
_LACKING = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed')


def pdf(html: str) -> bytes:
    """The page as a PDF.

    Raises:
        Misconfigured: the page uses a character that the font lacks, or a picture has no words.

    """
    import typst

    said = content(html)
    try:
        with _setting:
            made: bytes = _compiler().compile(
                format="pdf", sys_inputs={"page": json.dumps(said, ensure_ascii=False)}, pdf_standards="ua-1"
            )
    except typst.TypstError as error:
        raise Misconfigured(f"{said['title']}: {_told(str(error))}") from None
    return made


@cache
def _compiler() -> Any:
    """One compiler for the whole run: reading the font takes longer than a page."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder())])
    return typst.Compiler(str(REPORTS / "page.typ"), root=str(REPORTS), font_paths=fonts)


def _told(words: str) -> str:
    lacking = _LACKING.search(words)
    if lacking is None:
        return f"cannot be set as a PDF — {words.splitlines()[0]}"
    named = ", ".join(f"{mark} (U+{ord(mark):04X})" for mark in dict.fromkeys(lacking["text"]))
    return f"the font has no {named} — write it otherwise at its source, or leave the PDF out"
