"""Good exports of every format in which a mutation is tried.

What can happen to them belongs in :mod:`tests.hostile.mutations`.
"""

import csv
import io
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pipelines.landing import Site, site

CARD = "2023998877"
"""A person's number, which must never be told."""
NAMES = ("no", "reader", "item", "title", "out")
COLUMNS: dict[str, Any] = dict(zip(("loan_key", "patron_key", "item_key", "title", "loaned_at"), NAMES, strict=True))
TITLES = ("红楼梦", "a, b", 'say "x"', "two\nlines", "", '5" disk', "é", "｜ 引 号 “”", "x\ty", "'", "C:\\new", "=1+1")
LOG = '%h %u %t "%r"'


@dataclass(frozen=True)
class Kind:
    """One way of writing an export."""

    name: str
    lines: dict[str, Any]
    sprinkled: tuple[bytes, ...]
    """What is strewn in, beside what is strewn into every kind."""

    def site(self, folder: Path) -> Site:
        folder.mkdir()
        return site(folder, self.name, {"feed": "loan", "files": "*", "columns": COLUMNS, **self.lines})


KINDS = (
    Kind("csv", {}, (b'"', b",", b'""', b'","', b'"\n"')),
    Kind("gbk", {"delimiter": "tab", "encoding": "gb18030"}, (b'"', b"\t", b"\x81", b"\xa1\xa1", b"\x90")),
    Kind("unquoted", {"delimiter": "|", "quote": "none", "duplicates": "keep"}, (b"|", b'"', b"||||||")),
    Kind(
        "fixed",
        {
            "format": "fixed",
            "fixed": {"no": [1, 4], "reader": [5, 14], "item": [15, 18], "title": [19, 38], "out": [39, 57]},
        },
        (b" ", b"          ", b"\t"),
    ),
    Kind("json", {"format": "json", "records": "loans[]"}, (b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"null")),
    Kind("jsonl", {"format": "jsonl"}, (b"{", b"}", b'"', b"\\u", b"\\", b"[", b"1e9")),
    Kind("copy", {"format": "copy", "table": "public.loan"}, (b"\t", b"\\N", b"\\.", b"\\", b"COPY ")),
    Kind(
        "log",
        {
            "format": "log",
            "log": LOG,
            "columns": {
                "loan_key": {"record": True},
                "patron_key": "%u",
                "item_key": "%h",
                "title": "%r",
                "loaned_at": {"from": "%t", "formats": {"%d/%b/%Y:%H:%M:%S %z": "UTC"}},
            },
        },
        (b'"', b"[", b"]", b" ", b'\\"'),
    ),
)


def written(kind: Kind, draw: random.Random) -> bytes:
    """A good export of a few loans, some of them twice."""
    loans = [
        (str(number), CARD, f"b{draw.randrange(9)}", draw.choice(TITLES), f"2025-09-{draw.randint(1, 30):02} 08:00:00")
        for number in draw.choices(range(1, 9), k=draw.randrange(1, 9))
    ]
    return {"csv": _csv, "gbk": _gbk, "fixed": _fixed, "log": _log, "copy": _copy}.get(kind.name, _other)(kind, loans)


Loans = list[tuple[str, str, str, str, str]]


def _csv(kind: Kind, loans: Loans) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([NAMES, *loans])
    return text.getvalue().encode()


def _gbk(kind: Kind, loans: Loans) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows([NAMES, *loans])
    return text.getvalue().encode("gb18030")


def _fixed(kind: Kind, loans: Loans) -> bytes:
    flat = [(no, card, item, _flat(title)[:20], out) for no, card, item, title, out in loans]
    return "".join(f"{no:4}{card:10}{item:4}{title:20}{out:19}\n" for no, card, item, title, out in flat).encode()


def _log(kind: Kind, loans: Loans) -> bytes:
    lines = [
        f'192.0.2.{item[1:]} {card} [{out[8:10]}/Sep/2025:08:00:00 +0800] "GET /{_flat(title).replace(chr(34), "")} HTTP/1.1"\n'
        for _, card, item, title, out in loans
    ]
    return "".join(lines).encode()


def _copy(kind: Kind, loans: Loans) -> bytes:
    lines = ["\t".join(_flat(cell) or "\\N" for cell in loan) for loan in loans]
    head = f"SET x = 1;\nCOPY public.loan ({', '.join(NAMES)}) FROM stdin;\n"
    return (head + "\n".join(lines) + "\n\\.\nSELECT 1;\n").encode()


def _other(kind: Kind, loans: Loans) -> bytes:
    records = [dict(zip(NAMES, loan, strict=True)) for loan in loans]
    if kind.name == "json":
        return json.dumps({"loans": records, "count": len(records)}, ensure_ascii=False, indent=1).encode()
    if kind.name == "jsonl":
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    lines = ["|".join(NAMES), *("|".join(map(_flat, loan)) for loan in loans)]
    return ("\n".join(lines) + "\n").encode()


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").replace("|", " ").replace("\\", "/")
