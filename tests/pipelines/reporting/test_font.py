"""A page brings the font of its own characters along, so that it can be read where no Chinese font is."""

import base64
import re

import pytest
import uharfbuzz as hb

from pipelines.errors import Misconfigured
from pipelines.reporting import font
from pipelines.reporting.font import with_font

PAGE = "<html><head><style>p {}</style></head><body><p>明远 Mingyuan 𠮷</p></body></html>"


def brought(page: str) -> hb.Font:
    (data,) = re.findall(r"font/otf;base64,([^)]*)\)", page)
    return hb.Font(hb.Face(base64.b64decode(data)))


def test_every_character_has_its_shape_and_no_other_is_carried() -> None:
    known = brought(with_font(PAGE))
    assert all(known.get_nominal_glyph(ord(character)) for character in "明远Mingyuan 𠮷")
    assert known.get_nominal_glyph(ord("书")) is None


def test_it_stands_in_the_page_s_own_style_and_changes_nothing_else() -> None:
    page = with_font(PAGE)
    head, _, rest = page.partition("@font-face")
    assert head == PAGE.partition("</style>")[0]
    assert rest.partition("</style>")[2] == PAGE.partition("</style>")[2]


def test_the_same_page_brings_the_same_bytes() -> None:
    assert with_font(PAGE) == with_font(PAGE)


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font, "PACKAGE", "no_such_package")
    with pytest.raises(Misconfigured, match="install the package no-such-package"):
        font.folder()
