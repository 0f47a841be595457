"""Where the text of a column comes from: a cell, several, the heading above it, the file's name.

What the text becomes belongs in :mod:`pipelines.receiving.canonical`.  ``cells`` is a frame with columns c0, c1, …
and ``record``; where records are unpivoted, also ``heading`` and ``cell``.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Self

import polars as pl

from pipelines.errors import Refused
from pipelines.receiving.cells import Batch
from pipelines.receiving.headings import Headings, plain, unpivoted
from pipelines.receiving.presets import Filter, Rule, Source


@dataclass(frozen=True)
class Origins:
    """The cells of one file, as its preset reads them."""

    source: Source
    headings: Headings
    file_name: str

    def written(self, rule: Rule, cells: pl.DataFrame) -> tuple[pl.Series, pl.Series | None]:
        """The text that a rule finds, and where its map, or that of a part, has no word for it."""
        parts = [self.written(part, cells) for part in rule.join]
        text = _together([text for text, _ in parts]) if parts else self._origin(rule, cells)
        if rule.pattern:
            text = bare(text.str.extract(rule.pattern, 1))
        if rule.empty:
            text = _without(text, rule.empty)
        text, is_unmapped = (text, None) if rule.map is None else _mapped(text, rule.map)
        if rule.if_empty is not None:
            text = text.fill_null(rule.if_empty)
        masks = [mask for mask in (*(mask for _, mask in parts), is_unmapped) if mask is not None]
        return text, reduce(or_, masks) if masks else None

    def meets(self, condition: Filter, cells: pl.DataFrame) -> pl.Series:
        """Which records meet a condition."""
        cell = self._cell(condition.heading, cells).fill_null("")
        if condition.keep is not None:
            return cell.is_in(list(condition.keep))
        if condition.drop is not None:
            return ~cell.is_in(list(condition.drop))
        if condition.matches is not None:
            return cell.str.contains(condition.matches)
        return ~cell.str.contains(str(condition.not_matches))

    def unpivoted(self, cells: pl.DataFrame) -> pl.DataFrame:
        """A row for each unpivoted cell that is not empty, in the order of records and headings."""
        codes = {f"c{place}": code for place, code in unpivoted(self.headings, self.source).items()}
        order = pl.col("heading").replace_strict({name: place for place, name in enumerate(codes)})
        rows = cells.with_columns(pl.col(name).alias(f"u{name}") for name in codes).unpivot(
            [f"u{name}" for name in codes], index=cells.columns, variable_name="heading", value_name="cell"
        )
        rows = rows.with_columns(pl.col("heading").str.strip_prefix("u"), bare(rows["cell"]).alias("cell"))
        if self.source.empty:
            rows = rows.with_columns(_without(rows["cell"], self.source.empty).alias("cell"))
        rows = rows.filter(pl.col("cell").is_not_null()).sort("record", order)
        rows = rows.with_columns(pl.col("heading").replace_strict(codes, return_dtype=pl.String))
        split = self.source.unpivot.split if self.source.unpivot else None
        return rows.with_columns(pl.col("cell").str.split(split)).explode("cell") if split else rows

    def is_heading_again(self, cells: pl.DataFrame) -> pl.Series | None:
        """Which records are the heading line once more."""
        named = [(place, name) for place, name in enumerate(self.headings.cells) if name and f"c{place}" in cells]
        if not named or self.source.format not in {"csv", "xlsx"}:
            return None
        first, name = named[0]
        if not (cells[f"c{first}"].str.strip_chars() == name).any():
            return None
        same = (pl.col(f"c{place}").str.replace_all(r"\s+", " ").str.strip_chars() == name for place, name in named)
        return cells.select(pl.all_horizontal(same).fill_null(False)).to_series()

    def is_slipped(self, cells: pl.DataFrame) -> pl.Series | None:
        """Which records hold something where each only ends in a delimiter more than the headings do."""
        places = range(self.headings.width - self.headings.surplus, self.headings.width)
        beyond = [pl.col(f"c{place}").str.contains(r"\S") for place in places]
        return cells.select(pl.any_horizontal(beyond).fill_null(False)).to_series() if beyond else None

    def _origin(self, rule: Rule, cells: pl.DataFrame) -> pl.Series:
        if rule.headings:
            return self._cell(rule.headings, cells)
        if rule.record:
            return cells["record"].cast(pl.String)
        if rule.cell:
            return bare(cells["cell"])
        if rule.heading:
            return bare(cells["heading"].str.extract(rule.heading, 1))
        constant = self._from_file_name(rule.file_name) if rule.file_name else self._constant(rule)
        return pl.Series([constant], dtype=pl.String).new_from_index(0, cells.height)

    def _constant(self, rule: Rule) -> str | None:
        if rule.above is None:
            return rule.value
        said = self.headings.above.get(plain(rule.above))
        if said is None and not rule.optional:
            raise Refused(f"does not say {rule.above} above its headings — export it again, or mend the preset")
        return said

    def _from_file_name(self, pattern: str) -> str:
        found = re.search(pattern, self.file_name)
        if not found or not found[1]:
            raise Refused("has a name that does not fit the pattern under file_name — rename it, or mend the preset")
        return found[1]

    def _cell(self, names: tuple[str, ...], cells: pl.DataFrame) -> pl.Series:
        place = self.headings.position(names)
        if place is None:
            return pl.Series([None], dtype=pl.String).new_from_index(0, cells.height)
        text = bare(cells[f"c{place}"])
        return _without(text, self.source.empty) if self.source.empty else text


@dataclass
class Below:
    """What the cells of some columns say that stand empty below a filled one, from one batch to the next."""

    places: tuple[int, ...]
    empty: tuple[str, ...]
    """Texts that stand for an empty cell."""
    _above: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    """The last record, filled."""
    _left_out: list[int] = field(default_factory=list)
    """Records after it that are no good: what they say is unknown, so nothing reaches down over them."""

    @classmethod
    def at(cls, source: Source, headings: Headings) -> Self:
        """The columns of which a preset says it."""
        rules = [part for rule in source.columns.values() for part in rule.parts if part.fill_down]
        places = {headings.position(rule.headings) for rule in rules}
        return cls(tuple(sorted(place for place in places if place is not None)), source.empty)

    def filled(self, batch: Batch) -> Batch:
        """The same records in their order, with no such cell empty but those with no filled one above."""
        if not self.places:
            return batch
        self._above = self._above.clear() if batch.is_anew else self._above
        self._left_out += [misfit.record for misfit in batch.misfits]
        if not batch.frame.height:
            return batch
        columns = (batch.frame[f"c{place}"] for place in self.places)
        cells = batch.frame.select("record", *(_without(bare(column), self.empty) for column in columns))
        known = pl.concat([self._above, cells], how="diagonal")
        parts = pl.Series(sorted(self._left_out), dtype=pl.Int64).search_sorted(known["record"])
        known = known.with_columns(pl.exclude("record").forward_fill().over(parts))
        self._above = known.tail(1)
        self._left_out = [record for record in self._left_out if record > known["record"][-1]]
        return replace(batch, frame=batch.frame.with_columns(known.tail(cells.height)))


def bare(text: pl.Series) -> pl.Series:
    """Text without blanks around it; nothing where nothing is left."""
    stripped = text.str.strip_chars()
    return stripped.set((stripped == "").fill_null(False), None)


def _together(texts: list[pl.Series]) -> pl.Series:
    return pl.select(pl.concat_str(texts, separator=" ")).to_series()


def _mapped(text: pl.Series, words: dict[str, str]) -> tuple[pl.Series, pl.Series]:
    """What codes mean, and which have no meaning; IN means what in does, unless the map tells them apart."""
    exact = {unicodedata.normalize("NFKC", code).strip(): word for code, word in words.items()}
    small = Counter(code.lower() for code in exact)
    known = {code.lower(): word for code, word in exact.items() if small[code.lower()] == 1} | exact
    codes = text.str.normalize("NFKC").fill_null("")
    codes = codes.zip_with(codes.is_in(list(known)), codes.str.to_lowercase())
    meant = bare(codes.replace_strict(known, default=None, return_dtype=pl.String))
    return meant, (codes != "") & ~codes.is_in(list(known))


def _without(text: pl.Series, empty: tuple[str, ...]) -> pl.Series:
    return text.set(text.is_in(list(empty)).fill_null(False), None)
