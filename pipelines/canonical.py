"""Cells become the columns of a feed, as a preset's rules say; what cannot become one is given a reason.

A record is rejected, with one reason, when a column that the feed requires stays empty or when a rule
says so.  In any other column an unreadable value is left empty and noted.  No value is ever part of a
reason.  Reading files belongs in :mod:`pipelines.cells`, pseudonyms in :mod:`pipelines.pseudonymise`.
"""

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from pipelines import times
from pipelines.errors import Refused
from pipelines.headings import Headings
from pipelines.presets import Contract, ContractColumn, Rule, Source
from profiles.pseudonym import DAMAGED, normalised

_NEVER_TAKEN = {"unmapped_value", "spreadsheet_damage", "not_a_person"}
"""Problems that cost the record even where the column may be empty."""


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
    """The feed's columns, ``written_…`` as the file has them, ``answer_…`` of a survey, ``record`` and ``notes``."""
    rejected: pl.DataFrame
    """``record``, ``field``, ``reason``."""


@dataclass(frozen=True)
class Mapping:
    """What to do with the cells of one file."""

    source: Source
    contract: Contract
    headings: Headings
    file_name: str
    zone: str

    def sort(self, cells: pl.DataFrame) -> Sorted:
        """The records of a batch as columns of the feed, and those that are rejected."""
        columns = [column for column in self.contract.columns if column.name in self.source.columns]
        filled = [self._fill(column, self.source.columns[column.name], cells) for column in columns]
        reasons = self._reasons_of_records(cells) + [(one.column.name, _reason(one)) for one in filled]
        reasons += self._reasons_of_made_keys({one.column.name: one for one in filled})
        rejected = _first_reasons(cells["record"], reasons)
        values = {one.column.name: one.value for one in filled}
        written = {f"written_{one.column.name}": one.text for one in filled}
        answers = {f"answer_{code}": self._cell((heading,), cells) for heading, code in self._questions()}
        frame = pl.DataFrame({**values, **written, **answers, "record": cells["record"], "notes": _notes(filled)})
        if rejected.height:
            frame = frame.join(rejected.select("record"), on="record", how="anti", maintain_order="left")
        return Sorted(frame, rejected)

    def _questions(self) -> list[tuple[str, str]]:
        return list(self.source.unpivot.item.items()) if self.source.unpivot else []

    def _fill(self, column: ContractColumn, rule: Rule, cells: pl.DataFrame) -> Filled:
        text, is_unmapped = self._written(rule, cells)
        value, problem = typed(text, column, rule, self.zone)
        if column.is_pseudonym and self.source.people_who_are_not:
            nobody = pl.any_horizontal(pl.lit(value).str.contains(p) for p in self.source.people_who_are_not)
            problem = _marked(problem, pl.select(nobody.fill_null(False)).to_series(), "not_a_person")
        is_wanted = column.required and not rule.made_of
        return Filled(column, text, value, _marked(problem, is_unmapped, "unmapped_value"), is_wanted)

    def _written(self, rule: Rule, cells: pl.DataFrame) -> tuple[pl.Series, pl.Series | None]:
        """The text that a rule finds, and where the map has no word for it."""
        text = self._origin(rule, cells)
        if rule.pattern:
            text = _bare(text.str.extract(rule.pattern, 1))
        if rule.map is None:
            return text, None
        codes = text.str.normalize("NFKC").fill_null("")
        words = {unicodedata.normalize("NFKC", code).strip(): word for code, word in rule.map.items()}
        mapped = _bare(codes.replace_strict(words, default=None, return_dtype=pl.String))
        return mapped, (codes != "") & ~codes.is_in(list(words))

    def _origin(self, rule: Rule, cells: pl.DataFrame) -> pl.Series:
        if rule.headings:
            return self._cell(rule.headings, cells)
        if rule.join:
            parts = [self._cell(names, cells) for names in rule.join]
            return pl.select(pl.concat_str(parts, separator=" ")).to_series()
        if rule.record:
            return cells["record"].cast(pl.String)
        constant = self._from_file_name(rule.file_name) if rule.file_name else rule.value
        return pl.Series([constant], dtype=pl.String).new_from_index(0, cells.height)

    def _from_file_name(self, pattern: str) -> str:
        found = re.search(pattern, self.file_name)
        if not found or not found[1]:
            raise Refused("has a name that does not fit the pattern under file_name — rename it, or mend the preset")
        return found[1]

    def _cell(self, names: tuple[str, ...], cells: pl.DataFrame) -> pl.Series:
        text = _bare(cells[f"c{self.headings.position(names)}"])
        if self.source.empty:
            text = text.set(text.is_in(list(self.source.empty)).fill_null(False), None)
        return text

    def _reasons_of_records(self, cells: pl.DataFrame) -> list[tuple[str, pl.Series | None]]:
        """What speaks against a record as a whole."""
        texts = pl.col(f"^c{chr(92)}d+$")
        has_nul = cells.select(pl.any_horizontal(texts.str.contains("\0", literal=True)).fill_null(False)).to_series()
        reasons = [("", _marked(None, has_nul, "nul_byte"))]
        if self.source.footer:
            is_footer = cells["c0"].str.contains(self.source.footer).fill_null(False)
            reasons.append(("", _marked(None, is_footer, "footer")))
        for condition in self.source.where:
            cell = self._cell(condition.heading, cells).fill_null("")
            is_out = (
                ~cell.is_in(list(condition.keep))
                if condition.keep is not None
                else cell.is_in(list(condition.drop or ()))
            )
            reasons.append((condition.heading[0], _marked(None, is_out, condition.reason)))
        return reasons

    def _reasons_of_made_keys(self, filled: dict[str, Filled]) -> list[tuple[str, pl.Series | None]]:
        """Keys that are neither there nor can be made, since all that they are made of is empty."""
        reasons = []
        for name, one in filled.items():
            if parts := self.source.columns[name].made_of:
                is_empty = pl.all_horizontal(pl.lit(filled[part].text).is_null() for part in parts)
                is_missing = pl.select(is_empty & pl.lit(one.value).is_null()).to_series()
                reasons.append((name, _marked(None, is_missing, "missing_value")))
        return reasons


def typed(text: pl.Series, column: ContractColumn, rule: Rule, zone: str) -> tuple[pl.Series, pl.Series | None]:
    """The text of a column as its type, and what is wrong with each value."""
    kind = column.type.lower()
    if column.is_pseudonym:
        number = normalised(text, rule.pad)
        return number, _marked(None, number.str.contains(DAMAGED).fill_null(False), "spreadsheet_damage")
    if kind in {"timestamp", "date"}:
        return _times(text, kind, rule, zone)
    value = text if kind == "varchar" else _numbers(text, kind, rule.scale)
    return value, _marked(None, text.is_not_null() & value.is_null(), "unreadable")


def polars_type(kind: str) -> pl.DataType:
    """The type of a contract's column, as polars has it."""
    plain = {
        "varchar": pl.String(),
        "timestamp": pl.Datetime("us"),
        "date": pl.Date(),
        "integer": pl.Int32(),
        "bigint": pl.Int64(),
        "smallint": pl.Int16(),
    }
    decimal = re.fullmatch(r"decimal\((\d+), ?(\d+)\)", kind.lower())
    return pl.Decimal(int(decimal[1]), int(decimal[2])) if decimal else plain[kind.lower()]


def _times(text: pl.Series, kind: str, rule: Rule, zone: str) -> tuple[pl.Series, pl.Series | None]:
    read = times.read(text, rule, zone)
    is_unread = text.is_not_null() & read.is_null()
    problem = None
    if is_unread.any():
        problem = _marked(_marked(None, is_unread, "unreadable"), times.is_partial(text, rule), "partial_date")
    is_out = times.is_implausible(read, rule)
    value = read.set(is_out, None) if is_out.any() else read
    return value.cast(polars_type(kind)), _marked(problem, is_out, "implausible")


def _numbers(text: pl.Series, kind: str, scale: int) -> pl.Series:
    """Numbers; one that a spreadsheet wrote as 3.0 is the whole number 3."""
    whole = text.str.replace(r"^([+-]?\d+)\.0+$", "$1")
    is_number = whole.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)$")
    number = whole.set(~is_number.fill_null(False), None).cast(polars_type(kind), strict=False)
    return (number * scale).cast(polars_type(kind), strict=False) if scale > 1 else number


def _bare(text: pl.Series) -> pl.Series:
    """Text without blanks around it; nothing where nothing is left."""
    stripped = text.str.strip_chars()
    return stripped.set((stripped == "").fill_null(False), None)


def _marked(problem: pl.Series | None, where: pl.Series | None, code: str) -> pl.Series | None:
    """The problems, with this one where it holds."""
    if where is None or not where.any():
        return problem
    if problem is None:
        problem = pl.Series([None], dtype=pl.String).new_from_index(0, len(where))
    return problem.set(where, code)


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
