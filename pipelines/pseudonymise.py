"""Persons' numbers give way to pseudonyms, and keys are made where a system has none.

Every number is hashed once for a file, however often it occurs.  How a pseudonym is computed belongs in
:mod:`profiles.pseudonym`.
"""

import hashlib
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts import Contract
from pipelines.presets import Source
from profiles.pseudonym import pseudonyms

IDENTITIES = dict.fromkeys(("id_type", "identifier", "patron_key"), pl.String())

PATRON_NUMBER = "patron_no"
"""What kind of number a person's number is, unless a preset says otherwise."""


@dataclass
class Pseudonyms:
    """The numbers met so far in a file, and what they became."""

    source: Source
    contract: Contract
    key: bytes = field(repr=False)
    _known: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=IDENTITIES), repr=False)

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
        """Every number met, with its pseudonym."""
        return self._known

    def _made_keys(self) -> list[tuple[str, tuple[str, ...]]]:
        """The keys to make and their parts; one that has another for a part comes after it."""
        made = {name: rule.made_of for name, rule in self.source.columns.items() if rule.made_of}
        return sorted(made.items(), key=lambda key: any(part in made for part in key[1]))

    def _hidden(self, numbers: pl.Series, id_type: str) -> pl.Series:
        asked = pl.DataFrame({"id_type": pl.repeat(id_type, len(numbers), eager=True), "identifier": numbers})
        new = asked.drop_nulls().unique().join(self._known, on=["id_type", "identifier"], how="anti")
        keys = pseudonyms(new["identifier"].to_list(), id_type, self.key)
        self._known = self._known.vstack(new.with_columns(patron_key=pl.Series(keys, dtype=pl.String)))
        return asked.join(self._known, on=["id_type", "identifier"], how="left", maintain_order="left")["patron_key"]


def _key_of(frame: pl.DataFrame, parts: tuple[str, ...]) -> pl.Series:
    """A key that is the same whenever the parts are; a part that could not be read counts as it is written."""
    texts = [_canonical(frame[part]).fill_null(frame[f"written_{part}"]).fill_null("") for part in parts]
    together = pl.select(pl.concat_str(texts, separator="\x1f")).to_series()
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in together.to_list()]
    return pl.Series(digests, dtype=pl.String)


def _canonical(values: pl.Series) -> pl.Series:
    return values.dt.strftime("%Y-%m-%dT%H:%M:%S") if values.dtype.is_temporal() else values.cast(pl.String)
