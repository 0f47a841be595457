"""What a file's records become on disk: rows, rejects, rejected records and identities, batch by batch.

Duplicates are known only at the end, so a draft is written first and gone over again where it must be.
How a record becomes a row belongs in :mod:`pipelines.canonical`.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import polars as pl

from pipelines.canonical import Mapping, polars_type, typed
from pipelines.cells import Batch, Misfit
from pipelines.duplicates import Seen
from pipelines.parquet import Appender, parts
from pipelines.presets import Rule
from pipelines.pseudonymise import Pseudonyms

REJECTS = {"record": pl.Int64(), "field": pl.String(), "reason": pl.String()}
LOADED = {"source_file": pl.String(), "source_record": pl.Int64(), "notes": pl.String()}


@dataclass
class Harvest:
    """The work on one file."""

    mapping: Mapping
    pseudonyms: Pseudonyms
    source_file: str
    draft: Appender
    rejects: Appender
    rejected_records: IO[str]
    truncated: int | None
    """The record that may have been cut short."""
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)

    def take(self, batch: Batch) -> None:
        """Sort the records of a batch, and write each where it belongs."""
        self._reject_misfits(batch.misfits)
        if not batch.frame.height:
            return
        told_apart = self.mapping.sort(batch.frame)
        self._reject(told_apart.rejected, batch.frame)
        frame = self.pseudonyms.replace(told_apart.accepted)
        if self.mapping.source.duplicates == "exact":
            self.seen.add(frame.drop("record", *(name for name in frame.columns if name.startswith("written_"))))
        self.draft.add(self._with_all_columns(frame))
        self.accepted += frame.height

    def finish(self, draft: Path, target: Path) -> tuple[int, int]:
        """The rows of a file out of its draft; how many duplicates were left out, and how many rows remain."""
        repeated, start = self.seen.repeated(), 0
        if not len(repeated) and not self.mapping.source.unpivot:
            draft.rename(target)
            return 0, self.accepted
        with Appender(target, {**_feed_schema(self.mapping), **LOADED}) as rows:
            for part in parts(draft):
                positions = pl.int_range(start, start + part.height, eager=True)
                start += part.height
                once = part.filter(~positions.is_in(repeated.implode()))
                rows.add(_answers(once, self.mapping) if self.mapping.source.unpivot else once)
        return len(repeated), rows.rows

    def _with_all_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With every column of the feed, also those that nothing fills."""
        empty = [
            pl.lit(None).alias(column.name)
            for column in self.mapping.contract.columns
            if column.name not in frame.columns
        ]
        return frame.with_columns(*empty, source_file=pl.lit(self.source_file), source_record=pl.col("record"))

    def _reject_misfits(self, misfits: tuple[Misfit, ...]) -> None:
        told = [(misfit, self._reason(misfit)) for misfit in misfits]
        rows = [(misfit.record, "", reason) for misfit, reason in told]
        self.rejects.add(pl.DataFrame(rows, schema=REJECTS, orient="row"))
        self.reasons.update(reason for _, reason in told)
        for misfit, reason in told:
            self._keep({"record": misfit.record, "reason": reason, "line": misfit.line})

    def _reason(self, misfit: Misfit) -> str:
        source = self.mapping.source
        first = misfit.line.split(source.delimiter)[0].strip().strip(source.quote or "")
        if source.footer and pl.select(pl.lit(first).str.contains(source.footer)).item():
            return "footer"
        if misfit.actual > misfit.expected:
            return "too_many_fields"
        return "truncated_last_line" if misfit.record == self.truncated else "too_few_fields"

    def _reject(self, rejected: pl.DataFrame, cells: pl.DataFrame) -> None:
        self.rejects.add(rejected)
        self.reasons.update(dict(rejected["reason"].value_counts().iter_rows()))
        records = rejected.select("record", "reason").join(cells, on="record", maintain_order="left")
        for record, reason, *values in records.iter_rows():
            self._keep({"record": record, "reason": reason, "cells": values})

    def _keep(self, record: dict[str, object]) -> None:
        self.rejected_records.write(json.dumps(record, ensure_ascii=False) + "\n")


def draft_schema(mapping: Mapping) -> dict[str, pl.DataType]:
    """The columns of a draft: those of the rows, and the answers of a survey as they are written."""
    unpivot = mapping.source.unpivot
    answers = {f"answer_{code}": pl.String() for code in (unpivot.item.values() if unpivot else ())}
    return {**_feed_schema(mapping), **answers, **LOADED}


def _feed_schema(mapping: Mapping) -> dict[str, pl.DataType]:
    return {column.name: polars_type(column.type) for column in mapping.contract.columns}


def _answers(frame: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """One row for each question that a respondent answered, in the preset's order of questions."""
    unpivot = mapping.source.unpivot
    if unpivot is None:
        return frame
    order = {f"answer_{code}": position for position, code in enumerate(unpivot.item.values())}
    asked = frame.drop(unpivot.into, unpivot.value).unpivot(
        list(order), index=[*(name for name in frame.columns if name not in {*order, unpivot.into, unpivot.value})]
    )
    given = asked.filter(pl.col("value").is_not_null()).sort("source_record", pl.col("variable").replace_strict(order))
    column = next(column for column in mapping.contract.columns if column.name == unpivot.value)
    value, problem = typed(given["value"], column, Rule.model_validate(unpivot.value), mapping.zone)
    note = pl.lit(f"{unpivot.value}:") + pl.lit(problem, dtype=pl.String)
    return given.with_columns(
        pl.col("variable").str.strip_prefix("answer_").alias(unpivot.into),
        value.alias(unpivot.value),
        pl.concat_str("notes", note, separator=";", ignore_nulls=True).replace("", None).alias("notes"),
    )
