"""An export cut at one day: what came before it, and the day itself as a file of its own, as a night brings it."""

import contextlib
import csv
import datetime as dt
import io
import re
from pathlib import Path

FEEDS = ("gate", "circulation", "space", "volunteers")
"""Folders of exports that tell of single days; every other is taken as it is."""
_WHEN = re.compile(r"(?<!\d)(20\d\d)[/-]?(0?[1-9]|1[0-2])[/-]?(0?[1-9]|[12]\d|3[01])(?!\d)")


def cut(path: Path, name: Path, day: dt.date, landing: Path, waiting: Path) -> None:
    """The part of an export from before the day goes to ``landing``, that of the day to ``waiting``."""
    content = path.read_bytes()
    if name.parent.name not in FEEDS:
        put(landing / name, content)
        return
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "gb18030", content.decode("gb18030")
    split = _loans if name.parent.name == "circulation" else _events
    for folder, lines, own in zip((landing, waiting), split(text, day), (name, _night_name(name)), strict=True):
        if len(lines) > 1:
            put(folder / own, "".join(lines).encode(encoding))


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def bring(waiting: Path, landing: Path) -> None:
    """What has waited lands."""
    for path in (path for path in waiting.rglob("*") if path.is_file()):
        put(landing / path.relative_to(waiting), path.read_bytes())


def day_of(text: str) -> dt.date | None:
    """The first day that a text names; none where it names none that there was."""
    found = _WHEN.search(text)
    with contextlib.suppress(ValueError):
        return dt.date(*map(int, found.groups())) if found else None
    return None


def _night_name(name: Path) -> Path:
    return name.with_name(f"{name.stem.partition('_')[0]}_night{name.stem.rpartition('_')[2]}{name.suffix}")


def _events(text: str, day: dt.date) -> tuple[list[str], list[str]]:
    heading, *lines = text.splitlines(keepends=True)
    days = [day_of(line) for line in lines]
    before = [line for line, own in zip(lines, days, strict=True) if own is None or own < day]
    return [heading, *before], [heading, *(line for line, own in zip(lines, days, strict=True) if own == day)]


def _loans(text: str, day: dt.date) -> tuple[list[str], list[str]]:
    """Loans begun before the day, as yet without what came back on it; and those that the day began or ended."""
    heading, *rows = csv.reader(io.StringIO(text, newline=""))
    begun, ended = heading.index("借出日期"), heading.index("归还日期")
    before, today = [heading], [heading]
    for row in rows:
        first, last = day_of(row[begun]), day_of(row[ended])
        told = [cell if at != ended or (last and last <= day) else "" for at, cell in enumerate(row)]
        if first == day or (last == day and first and first < day):
            today.append(told)
        if first is None or first < day:
            before.append([cell if at != ended or (last and last < day) else "" for at, cell in enumerate(row)])
    return _written(before), _written(today)


def _written(rows: list[list[str]]) -> list[str]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().splitlines(keepends=True)
