"""The negative controls: what is wrong with a page is seen."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.sight import Seen, look

GOOD = "<h1>Heading</h1><p>A line of text that fits wherever it stands.</p>"
WIDE = '<div style="width: 1400px">wide</div>'
CLIPPED = '<div style="width: 40px; overflow: hidden; white-space: nowrap">cut off in the middle</div>'
PICTURE = (
    '<svg width="60" height="20" role="img" aria-label="x"><text x="40" y="12" font-size="12">beyond it</text></svg>'
)


def seen(browser: Browser, folder: Path, body: str) -> Seen:
    path = folder / "page.html"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>x</title>'
    path.write_text(
        f'<!doctype html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>', encoding="utf-8"
    )
    return look(browser, path, ("phone",))


def test_a_good_page_is_found_good(browser: Browser, tmp_path: Path) -> None:
    found = seen(browser, tmp_path, GOOD)
    assert found.faults == []
    assert "Heading" in found.printed[0]


@pytest.mark.parametrize("body", [WIDE, CLIPPED, PICTURE], ids=["wide", "clipped", "picture"])
def test_text_that_does_not_fit_is_seen(browser: Browser, tmp_path: Path, body: str) -> None:
    found = seen(browser, tmp_path, GOOD + body)
    assert found.views["phone"].outside
    assert found.too_wide_for_paper
    assert {fault.partition(":")[0] for fault in found.faults} == {"phone", "on paper"}


def test_pale_text_and_a_nameless_picture_are_seen(browser: Browser, tmp_path: Path) -> None:
    pale = '<p style="color: #ccc">hardly legible</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    rules = [rule.partition(":")[0] for rule in seen(browser, tmp_path, GOOD + pale).views["phone"].violations]
    assert set(rules) >= {"color-contrast", "image-alt"}


def test_a_script_that_fails_and_a_request_are_seen(browser: Browser, tmp_path: Path) -> None:
    body = '<script>throw new Error("no")</script><img alt="x" src="http://127.0.0.1:9/x.png">'
    found = seen(browser, tmp_path, GOOD + body)
    assert any("no" in complaint for complaint in found.complaints)
    assert found.requests == ("http://127.0.0.1:9/x.png",)
    assert {"complaint: no", "asks for http://127.0.0.1:9/x.png"} <= set(found.faults)


def test_an_empty_sheet_and_a_page_without_a_title_are_seen(browser: Browser, tmp_path: Path) -> None:
    found = seen(browser, tmp_path, GOOD)
    assert replace(found, title="", printed=("", "x" * 30)).faults == ["sheet 1 is left blank", "no title"]
