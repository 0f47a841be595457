"""A small library whose exports tell of a dozen readers, in every form that is read; one of them asks to be forgotten."""

import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.forgetting import erasure
from pipelines.run import Outcome
from tests.hostile.door import childless
from tests.line.sites import Line, small

NUMBER, CARD = "2023141460001", "0088112233"
NAME, TITLE, ADDRESS, TALK, TOPIC = (
    "欧阳鹦鹉",
    "鹦鹉饲养手册",
    "parrot.canary@example.edu",
    "鹦鹉之友讲座",
    "parrot lore",
)
CANARIES = (NUMBER, CARD, CARD.lstrip("0"), NAME, TITLE, ADDRESS, TALK, TOPIC)
"""What only their records hold."""
OTHERS = [(f"20231414600{number}", f"0077000{number}") for number in range(10, 21)]
READERS = [*OTHERS[:5], (NUMBER, CARD), *OTHERS[5:]]
GATE = {"patron_key": {"from": "card", "identifier": "card_no", "pad": 10}, "building": {"value": "Main"}}
SOURCES: dict[str, Any] = {
    "people": {
        "feed": "enrolment",
        "files": "people/*.csv",
        "encoding": "gb18030",
        "columns": {
            "patron_key": "学号",
            "seen_on": "日期",
            "status": {"value": "active"},
            "level": {"value": "bachelor"},
            "college": "学院",
        },
    },
    "cards": {
        "feed": "patron_identifier",
        "files": "cards/*.csv",
        "columns": {
            "identifier_key": {"from": "card", "identifier": "card_no", "pad": 10},
            "patron_key": "number",
            "valid_from": "since",
        },
    },
    "gate": {
        "feed": "gate_event",
        "files": "gate/*.csv",
        "columns": {**GATE, "direction": {"value": "in"}, "passed_at": "at"},
        "rejects": {"stop": 1},
    },
    "loans": {
        "feed": "loan",
        "files": "loans/*.jsonl",
        "format": "jsonl",
        "columns": {"loan_key": "no", "patron_key": "reader", "item_key": "item", "title": "title", "loaned_at": "out"},
        "rejects": {"stop": 1},
    },
    "proxy": {"preset": "ncsa_proxy_log"},
    "desk": {
        "feed": "consultation",
        "files": "desk/*.json",
        "format": "json",
        "columns": {
            "consultation_key": "no",
            "patron_key": "who",
            "source_kind": {"value": "log"},
            "channel": {"value": "desk"},
            "opened_at": "at",
            "topic": "topic",
        },
    },
    "events": {
        "feed": "event_attendance",
        "files": "events/*.xlsx",
        "format": "xlsx",
        "columns": {
            "event_key": "event",
            "title": "title",
            "event_type": {"value": "lecture"},
            "starts_at": "at",
            "patron_key": "number",
            "attendance": {"value": "attended"},
        },
    },
}


def library(folder: Path, key_of: Line | None = None) -> Line:
    """A site for the exports, with the key of another where one is given."""
    line = small(folder, SOURCES)
    if key_of:
        shutil.copytree(key_of.campus.key_file.parent, line.campus.key_file.parent)
    return line


def exports(is_with_them: bool = True) -> dict[str, bytes]:
    """The exports, or the same without every line of whoever is forgotten."""
    readers = [reader for reader in READERS if is_with_them or reader[0] != NUMBER]
    days = ["2025-09-08", "2025-09-09", "2025-10-13"]
    return {
        "people/all.csv": _people(readers),
        "cards/all.csv": b"card,number,since\r\n"
        + b"".join(f'"{card}",{number},2025-09-01\r\n'.encode() for number, card in readers),
        "gate/2025-09.csv": _gate(readers, days[:2], is_with_them),
        "gate/2025-10.csv": _gate(readers, days[2:], False).decode().encode("utf-16"),
        "loans/2025.jsonl": b"".join(_loans(readers, is_with_them)),
        "proxy/2025.log": b"".join(
            f'10.0.0.1 - {number} [08/Sep/2025:10:0{place % 10}:00 +0800] "GET http://db.example/{place} HTTP/1.1" 200 9\n'.encode()
            for place, (number, _) in enumerate(READERS)
            if is_with_them or number != NUMBER
        ),
        "desk/2025.json": json.dumps([_asked(*reader) for reader in readers], ensure_ascii=False).encode(),
        "events/2025.xlsx": events(readers, "2025-09-12"),
    }


def _people(readers: list[tuple[str, str]]) -> bytes:
    lines = [
        f"{number},{NAME if number == NUMBER else '张三'},2025-09-01,{'文学院' if number > OTHERS[5][0] else '理学院'}"
        for number, _ in readers
    ]
    return "\n".join(["学号,姓名,日期,学院", *lines, ""]).encode("gb18030")


def _gate(readers: list[tuple[str, str]], days: list[str], has_misfit: bool) -> bytes:
    """Passages in no order of readers; numbers lost their zeros, and one line holds more than it should."""
    lines = [
        f'{card.lstrip("0")},{day} 08:{place:02}:00,"door\n{place}"'
        for day in days
        for place, (_, card) in enumerate(READERS)
        if (_, card) in readers
    ]
    misfit = [f"{CARD},2025-09-08 09:00:00,door,{ADDRESS}"] if has_misfit else []
    return "\n".join(["card,at,door", *lines[:4], *misfit, *lines[4:], ""]).encode()


def _loans(readers: list[tuple[str, str]], is_with_them: bool) -> Iterator[bytes]:
    for place, (number, _) in enumerate(READERS):
        if (number, _) in readers:
            book = {
                "no": f"L{place}",
                "reader": number,
                "item": f"B{place}",
                "title": TITLE if number == NUMBER else "红楼梦",
                "out": "2025-09-10 10:00:00",
            }
            yield json.dumps(book, ensure_ascii=False).encode() + b"\n"
            yield json.dumps(book, ensure_ascii=False).encode() + b"\n\n"  # the same once more, and a blank line
    if is_with_them:
        yield json.dumps({"no": "", "reader": NUMBER, "item": ADDRESS, "title": "", "out": ""}).encode() + b"\n"


def _asked(number: str, card: str) -> dict[str, str]:
    return {
        "no": f"C{card}" if number != NUMBER else "C1",
        "who": number,
        "at": "2025-09-11 11:00:00",
        "topic": TOPIC if number == NUMBER else "opening hours",
    }


def events(readers: list[tuple[str, str]], day: str, beside: str = "") -> bytes:
    """Who came to two lectures, in a workbook; on a sheet that nobody reads somebody else may stand."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 5)})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["event", "title", "at", "number"])
        for row, (number, card) in enumerate(readers, 1):
            sheet.write_row(
                row, 0, [f"E{int(card) % 2}", TALK if number == NUMBER else "入馆教育", f"{day} 14:00:00", number]
            )
        if beside:
            book.add_worksheet().write_row(3, 2, ["helped", beside])
    return content.getvalue()


def taken_in(line: Line) -> Outcome:
    """Only the door, in place of a run: every feed takes in what is there."""
    refusals = [told for source in SOURCES for told in line.take_in(_feed(source), is_judged=False).refusals]
    return Outcome(not refusals, tuple(refusals), min(len(refusals), 1))


def _feed(source: str) -> str:
    return str(SOURCES[source].get("feed", "resource_access"))


def put(line: Line, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        line.put(name, content)


def filled(folder: Path) -> Line:
    """The library once everything has been taken in, read in the process of the test."""
    line = library(folder)
    put(line, exports())
    with pytest.MonkeyPatch.context() as patch, childless(patch):
        assert taken_in(line).problems == ()
    return line


def erase(line: Line, number: str = NUMBER) -> dict[str, int]:
    return erasure.erase(line.site, number, lambda what, share: None)
