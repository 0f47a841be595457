"""Cells become the columns of a feed, as a preset's rules say; what cannot become one is given a reason.

A record is rejected, with one reason, when a column that the feed requires stays empty or when a rule
says so.  In any other column an unreadable value is left empty and noted.  No value is ever part of a
reason.  Reading files belongs in :mod:`pipelines.receiving.cells`, values in :mod:`pipelines.receiving.values`, pseudonyms in
:mod:`pipelines.receiving.pseudonymise`.
"""

from dataclasses import dataclass, replace

import polars as pl

from pipelines.receiving import times
from pipelines.receiving.contracts import Contract, ContractColumn
from pipelines.receiving.headings import Headings
from pipelines.receiving.origins import Origins
from pipelines.receiving.presets import Filter, Rule, Source
from pipelines.receiving.repetition import Distinct, Repetition
from pipelines.receiving.values import marked, typed

_NEVER_TAKEN = {"unmapped_value", "unexpected_value", "spreadsheet_damage", "not_a_person"}
"""Problems that cost the record even where the column may be empty."""

_BEGINS, _ENDS = "starts_at", "ends_at"
"""What columns are called between which something lasts."""


@dataclass(frozen=True)
class Filled:
    """One column of a batch."""

    column: ContractColumn
    text: pl.Series
    """As written, made keys need it where the value could not be read."""
    value: pl.Series
    problem: pl.Series | None
    """What is wrong with each value, or nothing if none is wrong."""
    is_wanted: bool
    """Whether a record without it is rejected; a key can still be made."""


@dataclass(frozen=True)
class Sorted:
    """A batch whose records are told apart."""

    accepted: pl.DataFrame
    """The feed's columns, ``written_…`` as the file has them, ``record`` and ``notes``."""
    rejected: pl.DataFrame
    """``record``, ``field``, ``reason``."""
    silent: int = 0
    """Records that are neither: they were unpivoted, and no cell of theirs holds anything."""


@dataclass(frozen=True)
class Mapping:
    """What to do with the cells of one file."""

    source: Source
    contract: Contract
    headings: Headings
    file_name: str
    zone: str

    @property
    def origins(self) -> Origins:
        return Origins(self.source, self.headings, self.file_name)

    def sort(self, cells: pl.DataFrame, may_hold_nul: bool = True) -> Sorted:
        """The records of a batch as columns of the feed, and those that are rejected."""
        repetition = Repetition(cells)
        unfit = _first_reasons(cells["record"], self._reasons_of_records(cells, repetition, may_hold_nul))
        if not self.source.unpivot:
            return self._sorted(cells, unfit, repetition)
        fit = cells.join(unfit.select("record"), on="record", how="anti", maintain_order="left")
        rows = self.origins.unpivoted(fit)
        told_apart = self._sorted(rows, unfit.clear(), Repetition(rows))
        rejected = pl.concat([unfit, told_apart.rejected.unique("record", maintain_order=True)])
        return Sorted(told_apart.accepted, rejected, fit.height - rows["record"].n_unique())

    def _sorted(self, cells: pl.DataFrame, unfit: pl.DataFrame, repetition: Repetition) -> Sorted:
        columns = [column for column in self.contract.columns if column.name in self.source.columns]
        filled = [self._fill(column, self.source.columns[column.name], cells, repetition) for column in columns]
        filled = self._in_order({one.column.name: one for one in filled})
        reasons = [(one.column.name, _reason(one)) for one in filled]
        reasons += self._reasons_of_made_keys({one.column.name: one for one in filled})
        rejected = _first_reasons(cells["record"], reasons)
        if unfit.height:
            rejected = pl.concat([unfit, rejected.join(unfit, on="record", how="anti")]).sort("record")
        values = {one.column.name: one.value for one in filled}
        makes_keys = any(rule.made_of for rule in self.source.columns.values())
        written = {f"written_{one.column.name}": one.text for one in filled} if makes_keys else {}
        frame = pl.DataFrame({**values, **written, "record": cells["record"], "notes": _notes(filled)})
        if rejected.height:
            frame = frame.filter(~pl.col("record").is_in(rejected["record"].implode()))
        return Sorted(frame, rejected)

    def _fill(self, column: ContractColumn, rule: Rule, cells: pl.DataFrame, repetition: Repetition) -> Filled:
        distinct = None if column.is_pseudonym else self._distinct(rule, repetition)
        if distinct is None:
            return self._filled(column, rule, cells)
        one = self._filled(column, rule, distinct.cells)
        problem = None if one.problem is None else distinct.spread(one.problem)
        return replace(one, text=distinct.spread(one.text), value=distinct.spread(one.value), problem=problem)

    def _distinct(self, rule: Rule, repetition: Repetition) -> Distinct | None:
        """The cells a rule reads, each different one once."""
        place = self.origins.headings.position(rule.headings) if rule.headings else None
        if place is not None:
            return repetition.of(f"c{place}")
        is_constant = rule.value is not None or rule.file_name or rule.above
        return repetition.constant() if is_constant else None

    def _filled(self, column: ContractColumn, rule: Rule, cells: pl.DataFrame) -> Filled:
        text, is_unmapped = self.origins.written(rule, cells)
        value, problem = typed(text, column, rule, self.zone)
        if column.is_pseudonym:
            value, problem = self._without_nobody(text, value, problem, cells)
            text = text.set(value.is_null(), None)
        if rule.damaged:
            problem = marked(problem, text.str.contains(rule.damaged).fill_null(False), "damaged_text")
        if rule.allowed:
            problem = marked(problem, ~text.is_in(list(rule.allowed)).fill_null(True), "unexpected_value")
        is_wanted = column.required and not rule.made_of
        return Filled(column, text, value, marked(problem, is_unmapped, "unmapped_value"), is_wanted)

    def _without_nobody(
        self, text: pl.Series, numbers: pl.Series, problem: pl.Series | None, cells: pl.DataFrame
    ) -> tuple[pl.Series, pl.Series | None]:
        """Numbers of persons, where what belongs to no person is told apart."""
        if self.source.people_who_are_not:
            # As it is written too: zeros put before a number would hide how it begins.
            patterns = self.source.people_who_are_not
            nobody = pl.any_horizontal(pl.lit(one).str.contains(p) for one in (numbers, text) for p in patterns)
            problem = marked(problem, pl.select(nobody.fill_null(False)).to_series(), "not_a_person")
        for condition in self.source.nobody:
            is_nobody = self.origins.meets(condition, cells)
            numbers, problem = numbers.set(is_nobody, None), marked(problem, is_nobody, "nobody")
        return numbers, problem

    def _reasons_of_records(
        self, cells: pl.DataFrame, repetition: Repetition, may_hold_nul: bool
    ) -> list[tuple[str, pl.Series | None]]:
        """What speaks against a record as a whole."""
        reasons = [("", marked(None, _has_nul(cells), "nul_byte") if may_hold_nul else None)]
        reasons.append(("", marked(None, _is_blank(cells), "blank")))
        if self.source.footer and "c0" in cells:
            is_footer = cells["c0"].str.contains(self.source.footer).fill_null(False)
            reasons.append(("", marked(None, is_footer, "footer")))
        reasons.append(("", marked(None, self.origins.is_heading_again(cells), "repeated_heading")))
        reasons.append(("", marked(None, self.origins.is_slipped(cells), "too_many_fields")))
        for condition in self.source.where:
            is_out = ~self._meets(condition, cells, repetition)
            reasons.append((condition.heading[0], marked(None, is_out, condition.reason)))
        return reasons

    def _meets(self, condition: Filter, cells: pl.DataFrame, repetition: Repetition) -> pl.Series:
        place = self.origins.headings.position(condition.heading)
        distinct = None if place is None else repetition.of(f"c{place}")
        if distinct is None:
            return self.origins.meets(condition, cells)
        return distinct.spread(self.origins.meets(condition, distinct.cells))

    def _in_order(self, filled: dict[str, Filled]) -> list[Filled]:
        """The columns, with times of the next day where the preset says so, and none that end before they begin."""
        for name, one in filled.items():
            if begins := self.source.columns[name].next_day_if_before:
                filled[name] = replace(one, value=times.after(one.value, filled[begins].value))
        if filled.keys() >= {_BEGINS, _ENDS}:
            ends = filled[_ENDS]
            is_before = (ends.value < filled[_BEGINS].value).fill_null(False)
            problem = marked(ends.problem, is_before, "implausible")
            filled[_ENDS] = replace(ends, value=ends.value.set(is_before, None), problem=problem)
        return list(filled.values())

    def _reasons_of_made_keys(self, filled: dict[str, Filled]) -> list[tuple[str, pl.Series | None]]:
        """Keys that are neither there nor can be made, since all that they are made of is empty."""
        reasons = []
        for name, one in filled.items():
            if parts := self.source.columns[name].made_of:
                is_empty = pl.all_horizontal(pl.lit(filled[part].text).is_null() for part in parts)
                is_missing = pl.select(is_empty & pl.lit(one.value).is_null()).to_series()
                reasons.append((name, marked(None, is_missing, "missing_value")))
        return reasons


def _has_nul(cells: pl.DataFrame) -> pl.Series:
    texts = pl.col(f"^c{chr(92)}d+$")
    return cells.select(pl.any_horizontal(texts.str.contains("\0", literal=True)).fill_null(False)).to_series()


def _is_blank(cells: pl.DataFrame) -> pl.Series:
    """Which records hold nothing but delimiters, as below the last row of a spreadsheet."""
    is_blank = cells["c0"].fill_null("") == "" if "c0" in cells else pl.Series([False]).new_from_index(0, cells.height)
    if not is_blank.any():
        return is_blank  # the first cell is quick to look at
    texts = pl.col(f"^c{chr(92)}d+$")
    return cells.select(~pl.any_horizontal(texts.str.contains(r"\S")).fill_null(False)).to_series()


def _reason(one: Filled) -> pl.Series | None:
    """Why each record must be rejected because of one column."""
    if one.problem is None and not (one.is_wanted and one.value.null_count()):
        return None
    problem = pl.lit(one.problem, dtype=pl.String)
    words = {"unreadable": f"unreadable_{_told(one.column.type)}"}
    return pl.select(
        pl.when(problem.is_in(list(_NEVER_TAKEN)))
        .then(problem)
        .when(pl.lit(one.value).is_null() & one.is_wanted)
        .then(problem.replace(words).fill_null("missing_value"))
    ).to_series()


def _told(kind: str) -> str:
    return kind.lower() if kind.lower() in {"timestamp", "date"} else "number"


def _first_reasons(record: pl.Series, reasons: list[tuple[str, pl.Series | None]]) -> pl.DataFrame:
    """The records against which something speaks, with the first thing that does."""
    told = [(field, reason) for field, reason in reasons if reason is not None]
    if not told:
        return pl.DataFrame(schema={"record": pl.Int64, "field": pl.String, "reason": pl.String})
    frame = pl.DataFrame(
        {
            "record": record,
            "field": pl.select(
                pl.coalesce(pl.when(pl.lit(reason).is_not_null()).then(pl.lit(field)) for field, reason in told)
            ).to_series(),
            "reason": pl.select(pl.coalesce([reason for _, reason in told])).to_series(),
        }
    )
    return frame.filter(pl.col("reason").is_not_null())


def _notes(filled: list[Filled]) -> pl.Series:
    """What was left empty and why, as column:code;…"""
    noted = [one for one in filled if one.problem is not None]
    if not noted:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(filled[0].value))
    codes = [pl.lit(f"{one.column.name}:") + pl.lit(one.problem) for one in noted]
    notes = pl.select(pl.concat_str(codes, separator=";", ignore_nulls=True)).to_series()
    return notes.set(notes == "", None)
