"""When a file's rejected records are too many, and what to do about each reason.

Records that a preset leaves out on purpose, such as footers and those its filters name, never count
against a file.  Why a record is rejected is decided in :mod:`pipelines.canonical`.
"""

from dataclasses import replace

from pipelines.errors import Refused
from pipelines.presets import Source
from pipelines.receive import Received, discard
from pipelines.tombstones import ERASED

_ON_PURPOSE = frozenset({"footer", "repeated_heading", "not_a_person", ERASED})

_REMEDIES = {
    "footer": "nothing: a line that is no record",
    "repeated_heading": "nothing: a line that is no record",
    "not_a_person": "nothing: people_who_are_not in the preset names it",
    ERASED: "nothing: whoever it is about asked to be forgotten",
    "unmapped_value": "add the code to map in the preset",
    "unexpected_value": "see whether columns have slipped; else add it to allowed",
    "missing_value": "see whether from names the right heading; else ask for a fuller export",
    "unreadable_timestamp": "add the way it is written to formats",
    "unreadable_date": "add the way it is written to formats",
    "unreadable_number": "see decimal, thousands and pattern in the preset",
    "implausible": "mend the clock of the machine, or not_before and not_after",
    "spreadsheet_damage": "export as text: a spreadsheet has rounded the number",
    "too_many_fields": "see delimiter and quote in the preset",
    "too_few_fields": "see delimiter and quote; the line may be broken in two",
    "truncated_last_line": "send the file again: it was cut short",
    "unparsed_line": "see log or line in the preset",
    "nul_byte": "export it again: the file is damaged",
}


def remedy(reason: str) -> str:
    """What to do about records that were rejected for a reason."""
    return _REMEDIES.get(reason, "nothing: a filter (where) of the preset names it")


def weighed(received: Received, source: Source) -> Received:
    """The file, with a remark if more of it was rejected or left empty than the source takes for usual.

    Raises:
        Refused: so many were that the preset cannot fit; nothing of the file may be loaded.

    """
    received = replace(received, warnings=(*received.warnings, *_unread(received, source)))
    on_purpose = _ON_PURPOSE | {condition.reason for condition in source.where}
    left_out = sum(count for reason, count in received.reasons.items() if reason in on_purpose)
    unfit, meant = received.rejected - left_out, received.records - left_out
    if not unfit or unfit <= source.rejects.warn * meant:
        return received
    told, place = f"{unfit} of {meant} records ({unfit / meant:.1%}) are unfit", _most_frequent(received, on_purpose)
    if unfit > source.rejects.stop * meant:
        discard(received)
        raise Refused(
            f"{received.name}: {told}, {place} — mend the preset of source {source.name}, or allow more with rejects: {{stop: 1}}"
        )
    return replace(received, warnings=(*received.warnings, f"{told}, {place}"))


def _unread(received: Received, source: Source) -> list[str]:
    """Columns of which too much could not be read: it was left empty, and so nothing was rejected for it."""
    import polars as pl

    notes = pl.scan_parquet(received.rows_file).select(pl.col("notes").drop_nulls().str.split(";").explode())
    counted = notes.group_by("notes").len().sort("notes").collect().rows()
    unread = [(note.removesuffix(":unreadable"), rows) for note, rows in counted if note.endswith(":unreadable")]
    return [
        f"{column} could not be read in {rows} of {received.rows} rows — mend its formats or marks in the preset"
        for column, rows in unread
        if rows > source.rejects.warn * received.rows
    ]


def _most_frequent(received: Received, on_purpose: frozenset[str] | set[str]) -> str:
    """The reason given most often, and where to look."""
    import polars as pl

    told = pl.scan_parquet(received.rejects_file).filter(~pl.col("reason").is_in(list(on_purpose)))
    counted = told.group_by("reason", "field").agg(pl.len().alias("records"), pl.col("record").min().alias("first"))
    order = pl.col("records"), pl.col("first")
    reason, field, _, first = counted.sort(*order, descending=[True, False]).first().collect().row(0)
    return f"most for {reason}{f' in columns.{field}' if field else ''}, first in record {first}"
