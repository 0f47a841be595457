"""What a file's records become on disk: rows, rejects, rejected records and identities, batch by batch.

Not every duplicate is known before the end, so a draft is written first and gone over again where it must be.
How a record becomes a row belongs in :mod:`pipelines.receiving.canonical`.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap
from pathlib import Path
from typing import IO

import polars as pl

from pipelines.receiving.ahead import ahead
from pipelines.receiving.canonical import Mapping, Sorted
from pipelines.receiving.cells import Batch, Misfit, filled
from pipelines.receiving.duplicates import Seen
from pipelines.receiving.origins import Below
from pipelines.receiving.parquet import Appender, parts
from pipelines.receiving.presets import SameKey
from pipelines.receiving.pseudonymise import Pseudonyms
from pipelines.receiving.tombstones import ERASED, NEVER_KEPT, PAST
from pipelines.receiving.values import polars_type

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
    seen: Seen
    below: Below
    truncated: int | None
    """The record that may have been cut short."""
    kept_from: tuple[tuple[str, ...], dt.date] | None = None
    """The times of a record, and the first day of which records are kept."""
    accepted: int = 0
    left_out: int = 0
    """Accepted records that were seen to be repeated before they were written."""
    reasons: Counter[str] = field(default_factory=Counter)

    def gather(self, batches: Iterator[Batch]) -> None:
        """Write each record of a file where it belongs; while one batch is written, the next are made ready."""
        told_apart = ahead(map(self._told_apart, ahead(batches)))
        for rows in ahead(starmap(self._taken, told_apart)):
            self.draft.add(rows)

    def _told_apart(self, read: Batch) -> tuple[Batch, Sorted | None]:
        batch = self.below.filled(filled(read, self.mapping.source, self.truncated))
        return batch, self.mapping.sort(batch.frame, batch.may_hold_nul) if batch.frame.height else None

    def _taken(self, batch: Batch, told_apart: Sorted | None) -> pl.DataFrame:
        """The rows of a batch; its other records are put where they belong."""
        self._reject_misfits(batch.misfits)
        if told_apart is None:
            return pl.DataFrame()
        is_unpivoted = self.mapping.source.unpivot is not None
        if self.kept_from:  # before anybody's number becomes a pseudonym that is known from then on
            told_apart = _without_past(told_apart, *self.kept_from)
        told_apart = replace(told_apart, accepted=self.pseudonyms.replace(told_apart.accepted))
        if self.pseudonyms.tombstones.marks:
            told_apart = self._without_erased(told_apart, batch.frame)
        self._reject(told_apart.rejected, batch.frame)
        frame = told_apart.accepted
        repeated = self._seen_before(frame, batch.frame, told_apart.rejected)
        if len(repeated):
            frame = frame.filter(~pl.col("record").is_in(repeated.implode()))
            self.left_out += len(repeated)
        # By the rows there are, not by those that should be: a record that gets lost must be missed.
        written = frame["record"].n_unique() if is_unpivoted else frame.height
        self.accepted += written + told_apart.silent + len(repeated)
        return self._with_all_columns(frame)

    def _without_erased(self, told_apart: Sorted, cells: pl.DataFrame) -> Sorted:
        """The same with every record rejected that is of somebody who was forgotten, or was of no use and names them."""
        of_no_use = cells.join(told_apart.accepted, on="record", how="anti")
        named = self.pseudonyms.tombstones.named(of_no_use.unpivot(index="record").drop("variable").rows())
        erased = self.pseudonyms.of_erased(told_apart.accepted) | named
        is_erased = pl.col("record").is_in(erased)
        reasons = pl.DataFrame({"record": sorted(erased), "field": "", "reason": ERASED}, schema=REJECTS)
        return Sorted(
            told_apart.accepted.filter(~is_erased),
            pl.concat([told_apart.rejected.filter(~is_erased), reasons]).sort("record"),
            told_apart.silent - len(named - set(told_apart.rejected["record"])),
        )

    def finish(self, draft: Path, target: Path) -> tuple[int, int]:
        """The rows of a file out of its draft; how many duplicates were left out, and how many rows remain."""
        repeated = self.seen.repeated()
        if len(repeated) == self.left_out:
            draft.rename(target)
            return len(repeated), self.draft.rows
        with Appender(target, feed_schema(self.mapping)) as rows:
            for part in parts(draft):
                rows.add(part.filter(~pl.col("source_record").is_in(repeated.implode())))
        return len(repeated), rows.rows

    def _seen_before(self, frame: pl.DataFrame, cells: pl.DataFrame, rejected: pl.DataFrame) -> pl.Series:
        """Note what makes records the same: all that is taken of them, or the columns the preset names."""
        policy = self.mapping.source.duplicates
        is_each_its_own = any(rule.record for rule in self.mapping.source.columns.values())
        if isinstance(policy, SameKey):
            return self.seen.add(frame.select(policy.key), frame["record"], frame[policy.at] if policy.at else None)
        if policy == "keep" or is_each_its_own:
            return frame["record"].clear()
        if self.mapping.source.unpivot:
            taken = cells.join(rejected.select("record"), on="record", how="anti", maintain_order="left")
            return self.seen.add(taken.drop("record"), taken["record"])
        written = [name for name in frame.columns if name.startswith("written_")]
        return self.seen.add(frame.drop("record", *written), frame["record"])

    def _with_all_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With every column of the feed, also those that nothing fills."""
        empty = [
            pl.lit(None).alias(column.name)
            for column in self.mapping.contract.columns
            if column.name not in frame.columns
        ]
        return frame.with_columns(*empty, source_file=pl.lit(self.source_file), source_record=pl.col("record"))

    def _reject_misfits(self, misfits: tuple[Misfit, ...]) -> None:
        named = self.pseudonyms.tombstones.named([(misfit.record, misfit.line) for misfit in misfits])
        told = [(misfit, ERASED if misfit.record in named else self._reason(misfit)) for misfit in misfits]
        rows = [(misfit.record, misfit.field, reason) for misfit, reason in told]
        self.rejects.add(pl.DataFrame(rows, schema=REJECTS, orient="row"))
        self.reasons.update(reason for _, reason in told)
        for misfit, reason in (one for one in told if one[1] not in NEVER_KEPT):
            self._keep({"record": misfit.record, "reason": reason, "line": misfit.line})

    def _reason(self, misfit: Misfit) -> str:
        source = self.mapping.source
        if misfit.reason:
            return misfit.reason
        first = misfit.line.split(source.delimiter)[0].strip().strip(source.quote or "")
        if source.footer and pl.select(pl.lit(first).str.contains(source.footer)).item():
            return "footer"
        if misfit.actual > misfit.expected:
            return "too_many_fields"
        return "truncated_last_line" if misfit.record == self.truncated else "too_few_fields"

    def _reject(self, rejected: pl.DataFrame, cells: pl.DataFrame) -> None:
        self.rejects.add(rejected)
        self.reasons.update(dict(rejected["reason"].value_counts().iter_rows()))
        kept = rejected.filter(~pl.col("reason").is_in(list(NEVER_KEPT)))
        records = kept.select("record", "reason").join(cells, on="record", maintain_order="left")
        for record, reason, *values in records.iter_rows():
            self._keep({"record": record, "reason": reason, "cells": values})

    def _keep(self, record: dict[str, object]) -> None:
        self.rejected_records.write(json.dumps(record, ensure_ascii=False) + "\n")


def _without_past(told_apart: Sorted, times: Sequence[str], first_day: dt.date) -> Sorted:
    """The same with every record rejected in which all happened before a day; of one that makes several rows those of before."""
    there = [name for name in times if name in told_apart.accepted]
    if not there:
        return told_apart
    is_past = (pl.max_horizontal(there) < first_day).fill_null(False)
    kept = told_apart.accepted.filter(~is_past)
    past = told_apart.accepted.join(kept, on="record", how="anti").select("record").unique()
    reasons = past.select("record", field=pl.lit(there[0]), reason=pl.lit(PAST))
    return replace(told_apart, accepted=kept, rejected=pl.concat([told_apart.rejected, reasons]).sort("record"))


def feed_schema(mapping: Mapping) -> dict[str, pl.DataType]:
    """The columns of the rows of a feed."""
    return {column.name: polars_type(column.type) for column in mapping.contract.columns} | LOADED
