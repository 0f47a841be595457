"""A portrait with all that it was made from, by which it can be made again and compared.

A bundle holds the fingerprint of every export, of every definition and of the site file, the version of
Mingyuan, and the portrait itself.  Nothing in a portrait is drawn by lot, so no seed is needed.
"""

import datetime as dt
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.errors import Misconfigured
from pipelines.portraying.past import Moment, Past, definitions_of, warehouse_at
from pipelines.portraying.portraits import TABLES, Portrait, drawn
from pipelines.site import Site

_PARTS = {
    "files": "the files it was made from",
    "definitions": "the definitions of its tables",
    "site": "the site file",
    "version": "the version of Mingyuan",
    "sha256": "the portrait itself",
}


def bundle(site: Site, who: str, term: str | None, moment: Moment) -> str:
    """A portrait with all that it was made from.

    The moment it was known at is fixed, so that what comes later changes nothing.
    """
    moment = Moment(moment.as_of, moment.known_at or dt.datetime.now())
    with warehouse_at(site, moment, TABLES) as past:
        portrait = drawn(past.connection, site, who, term, moment)
        return json.dumps(_bundled(site, portrait, moment, past), ensure_ascii=False, indent=2, default=str) + "\n"


def made_again(site: Site, file: Path) -> list[str]:
    """What is different when a bundle's portrait is made again; nothing where it is the same byte for byte.

    Raises:
        Misconfigured: the file is no bundle.

    """
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
        asked, portrait = before["asked"], before["portrait"]
        moment = Moment(_date(asked["as_of"]), dt.datetime.fromisoformat(asked["known_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise Misconfigured(f"{file.name}: is no bundle — make one with `mingyuan portrait … --bundle FILE`") from None
    after = json.loads(bundle(site, portrait["who"], portrait["term"], moment))
    return [words for part, words in _PARTS.items() if before.get(part) != after[part]]


def _bundled(site: Site, portrait: Portrait, moment: Moment, past: Past) -> dict[str, Any]:
    return {
        "asked": {"as_of": moment.as_of, "known_at": moment.known_at.isoformat() if moment.known_at else None},
        "version": version("mingyuan"),
        "files": [[one.name, one.sha256, one.source_file] for one in past.files],
        "definitions": definitions_of(TABLES),
        "site": _digest(Path(site.file).read_text(encoding="utf-8")),
        "portrait": json.loads(portrait.as_json()),
        "sha256": _digest(portrait.as_json()),
    }


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
