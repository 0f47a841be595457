"""Who asks for a landing file: one export may fill several feeds, and no two sources may tell the same records of one.

What becomes of a file belongs in :mod:`pipelines.exports`.
"""

from collections.abc import Sequence
from pathlib import Path

from pipelines.models import Model
from pipelines.receiving.presets import Source
from pipelines.receiving.receive import landed as landed_files
from pipelines.receiving.workbook import ALL
from pipelines.site import Site

Asked = dict[Path, list[Source]]
"""The sources that ask for a landing file."""


def asked_for(site: Site) -> Asked:
    """Who asks for each landing file."""
    asked: Asked = {}
    for source in site.every_source():
        for path in landed_files(site.campus, source):
            asked.setdefault(path, []).append(source)
    return asked


def told_twice(name: str, model: Model, sources: Sequence[Source]) -> str | None:
    """Why a file may not be read by the sources that ask for it: two of one feed would tell each of its records.

    They may share a file where each takes other records of it, other questions, or fills what tells records apart from
    other headings: two cards of a person, two times of a loan, two people of a booking.
    """
    known: dict[str, str] = {}
    is_by_sheet = all(source.sheet != ALL for source in sources)
    for source in (source for source in sources if f"raw.{source.feed}" == model.table and not source.unpivot):
        telling = {*model.grain, *model.happened, *([model.feed.reader] if model.feed and model.feed.reader else [])}
        rules = {name: source.columns[name] for name in sorted(telling & source.columns.keys())}
        apart = {name: rule for name, rule in rules.items() if any(part.headings for part in rule.parts)}
        which = repr((source.where, is_by_sheet and source.sheet, source.member, source.records, source.table, apart))
        if (first := known.setdefault(which, source.name)) != source.name:
            return f"{name}: is read by {first} and {source.name}, both into {source.feed} — mend files in one of them, or say where what each is to read"
    return None
