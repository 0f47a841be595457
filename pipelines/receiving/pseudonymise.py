"""Persons' numbers give way to pseudonyms, and keys are made where a system has none.

Every number is hashed once for a file, however often it occurs.  How a pseudonym is computed belongs in
:mod:`profiles.pseudonym`.
"""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipelines.receiving.contracts import Contract
from pipelines.receiving.presets import Source
from profiles.pseudonym import pseudonyms

if TYPE_CHECKING:
    from pipelines.receiving.tombstones import Tombstones

IDENTITIES = dict.fromkeys(("id_type", "identifier", "patron_key"), pl.String())

_NOBODY = pl.DataFrame(schema={"identifier": pl.String(), "patron_key": pl.String()})

PATRON_NUMBER = "patron_no"
"""What kind of number a person's number is, unless a preset says otherwise."""


@dataclass
class Pseudonyms:
    """The numbers met so far in a file, and what they became."""

    source: Source
    contract: Contract
    key: bytes = field(repr=False)
    tombstones: "Tombstones"
    erased: set[str] = field(default_factory=set, repr=False)
    """Pseudonyms that were met and have a tombstone."""
    _known: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    """By kind of number: identifier and patron_key."""

    def replace(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The same records with a pseudonym wherever a number stood, and with their made keys."""
        columns = [column.name for column in self.contract.columns if column.is_pseudonym]
        for name in (name for name in columns if name in frame.columns):
            number = self._hidden(frame[name], self.source.columns[name].identifier or PATRON_NUMBER)
            frame = frame.with_columns(number.alias(name), number.alias(f"written_{name}"))
        for name, parts in self._made_keys():
            frame = frame.with_columns(frame[name].fill_null(_key_of(frame, parts)).alias(name))
        return frame

    def identities(self) -> pl.DataFrame:
        """Every number met, with its pseudonym; none of those who were forgotten."""
        known = [frame.with_columns(id_type=pl.lit(id_type)) for id_type, frame in self._known.items()]
        met = pl.concat([pl.DataFrame(schema=IDENTITIES), *(frame.select(list(IDENTITIES)) for frame in known)])
        return met.filter(~pl.col("patron_key").is_in(self.erased)) if self.erased else met

    def of_erased(self, frame: pl.DataFrame) -> set[int]:
        """The records of a frame that somebody who was forgotten has a part in."""
        columns = [column.name for column in self.contract.columns if column.is_pseudonym and column.name in frame]
        if not (self.erased and columns):
            return set()
        return set(frame.filter(pl.any_horizontal(pl.col(columns).is_in(self.erased)))["record"])

    def _made_keys(self) -> list[tuple[str, tuple[str, ...]]]:
        """The keys to make and their parts; one that has another for a part comes after it."""
        made = {name: rule.made_of for name, rule in self.source.columns.items() if rule.made_of}
        return sorted(made.items(), key=lambda key: any(part in made for part in key[1]))

    def _hidden(self, numbers: pl.Series, id_type: str) -> pl.Series:
        """The pseudonyms of numbers of one kind; those met before are looked up."""
        known = self._known.get(id_type, _NOBODY)
        hidden = _looked_up(numbers, known)
        is_new = hidden.is_null() & numbers.is_not_null()
        if not is_new.any():
            return hidden
        new = numbers.filter(is_new)
        unique = new.unique()
        keys = pl.Series("patron_key", pseudonyms(unique.to_list(), id_type, self.key), dtype=pl.String)
        self.erased |= self.tombstones.among(keys)
        met = pl.DataFrame([unique.alias("identifier"), keys])
        self._known[id_type] = pl.concat([known, met])
        return hidden.scatter(is_new.arg_true(), _looked_up(new, met))


def _looked_up(numbers: pl.Series, known: pl.DataFrame) -> pl.Series:
    asked = numbers.alias("identifier").to_frame()
    return asked.join(known, on="identifier", how="left", maintain_order="left")["patron_key"]


def _key_of(frame: pl.DataFrame, parts: tuple[str, ...]) -> pl.Series:
    """A key that is the same whenever the parts are; a part that could not be read counts as it is written."""
    texts = [_canonical(frame[part]).fill_null(frame[f"written_{part}"]).fill_null("") for part in parts]
    together = pl.select(pl.concat_str(texts, separator="\x1f")).to_series()
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in together.to_list()]
    return pl.Series(digests, dtype=pl.String)


def _canonical(values: pl.Series) -> pl.Series:
    return values.dt.strftime("%Y-%m-%dT%H:%M:%S") if values.dtype.is_temporal() else values.cast(pl.String)
